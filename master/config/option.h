#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace curfew::master {

/// Where a value comes from. A later layer overrides an earlier one. `platform` are the variables
/// that platforms set for every program, such as PORT.
enum class Layer { defaults, platform, file, environment, flag };

/// What an option's values look like. A `word` is one of a few.
enum class Form { text, word, list, count, size, duration };

/// Options that belong together.
struct Group {
    std::string_view title;  ///< the heading, in --help, in the file and in the manual page
    /// The table of the file that they stand in, also the first word of their flags: --db-address
    /// is `address` in `[db]`. Empty: they stand in no table.
    std::string_view table;
    std::string_view about;  ///< what the manual page says before them; whole sentences
};

/// The type that the file gave to a value. Flags and variables have none: `untyped`.
enum class Type { untyped, string, integer, floating, boolean, date, array, table };

/// A value as its source wrote it, not parsed yet.
struct Written {
    std::string text;
    Type type = Type::untyped;
    std::string where;  ///< "conf/curfew.toml:12:5", "--timeout" or "CURFEW_TIMEOUT"
};

/// What one source says about one option: one value, or for a list any number of them.
struct Setting {
    std::vector<Written> values;
    std::string where;
    bool is_array = false;  ///< the file wrote an array
};

/// One option: at once a flag, an environment variable, a key of the file, some lines of --help, an
/// entry of --print-config and one of the manual page. Its texts are literals, which are not
/// copied, because a server that starts shows none of them.
class Option {
  public:
    /// Parses every text, and stores the result where the option lives if `keep`. Throws
    /// std::invalid_argument.
    using Take = std::function<void(const std::vector<std::string>& texts, bool keep)>;
    /// The present value, as texts that `Take` would accept.
    using Show = std::function<std::vector<std::string>()>;

    /// `flags`: "-t,--timeout" or "--threads". The long one also names the key and the variable.
    /// `placeholder`: what --help calls the value. `accepted`: its range, or the words; empty: any.
    Option(std::string_view flags, Form form, std::string_view placeholder, std::string accepted,
           Take take, Show show);

    /// Checks a setting and, unless a stronger layer has spoken already, makes it the value. So a
    /// mistake is found in every layer, whether or not it matters. Throws ConfigError.
    void set(Layer layer, const Setting& setting);

    /// Whether the empty text is one of its values.
    [[nodiscard]] bool accepts_empty() const;

    /// The present value as texts: one, or for a list any number. None if the value is absent, as a
    /// key of a route may be.
    [[nodiscard]] std::vector<std::string> shown() const { return show_(); }
    /// The present value as TOML.
    [[nodiscard]] std::string toml() const;

    /// Whether a layer other than the defaults has set the value; where() is the place in that
    /// layer.
    [[nodiscard]] bool given() const noexcept { return layer_ != Layer::defaults; }
    [[nodiscard]] const std::string& where() const noexcept { return where_; }

    [[nodiscard]] std::string_view flags() const noexcept { return flags_; }  ///< "-t,--timeout"
    [[nodiscard]] const std::string& flag() const noexcept { return flag_; }  ///< "--timeout"
    [[nodiscard]] const std::string& key() const noexcept { return key_; }    ///< "timeout"
    /// The key as the file has it: "timeout", or "db.address" for --db-address of the table `[db]`.
    [[nodiscard]] std::string path() const;
    /// The last part of that: "address".
    [[nodiscard]] std::string name() const;
    [[nodiscard]] const std::string& variable() const noexcept {
        return variable_;
    }  ///< "CURFEW_..."
    [[nodiscard]] std::string_view placeholder() const noexcept { return placeholder_; }
    [[nodiscard]] const std::string& accepted() const noexcept { return accepted_; }
    [[nodiscard]] bool is_word() const noexcept { return form_ == Form::word; }
    [[nodiscard]] bool is_list() const noexcept { return form_ == Form::list; }

    /// The help, in Markdown that uses `literals` only. It ends without a full stop, and has
    /// neither the range nor the default: every text that shows the help adds them.
    std::string_view help;
    /// Further sentences, which only the manual page has; with the same marks.
    std::string_view details;
    Group group;
    /// False for --config: a file cannot name the file that is read.
    bool in_file = true;
    /// The key in the previous version, which is accepted with a warning; empty: the key is the
    /// same.
    std::string former;
    [[nodiscard]] std::string former_flag() const;      ///< empty if there is none
    [[nodiscard]] std::string former_variable() const;  ///< empty if there is none

  private:
    std::string_view flags_;
    std::string flag_;
    std::string key_;
    std::string variable_;
    Form form_;
    std::string_view placeholder_;
    std::string accepted_;
    Take take_;
    Show show_;
    Layer layer_ = Layer::defaults;
    std::string where_;
};

/// The texts of a setting. Throws ConfigError, which begins with the place and `subject`, if the
/// file gave it a type that such an option does not take.
[[nodiscard]] std::vector<std::string> texts_of(const Setting& setting, Form form,
                                                const std::string& subject);

}  // namespace curfew::master
