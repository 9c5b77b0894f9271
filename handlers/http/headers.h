#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace curfew {

/// One field of a request, as received: the name keeps its case, the value has no surrounding
/// blanks.
struct Field {
    std::string_view name;
    std::string_view value;
};

/// True if the two are equal but for the case of ASCII letters.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// True for a token (RFC 9110 section 5.6.2): what a method or a field name may be.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

/// True if `text` may be a field's value: no control character but TAB (RFC 9110 section 5.5).
[[nodiscard]] bool is_field_value(std::string_view text) noexcept;

/// True if the comma-separated list of tokens `value` has `member`, whatever its case
/// (RFC 9110 section 5.6.1).
[[nodiscard]] bool list_contains(std::string_view value, std::string_view member) noexcept;

/// The fields of a response, in order. Names are compared without regard to case (RFC 9110 section
/// 5.1). Several threads may read it at once, if none changes it.
class Headers {
  public:
    struct Entry {
        std::string name;
        std::string value;

        template <typename Archive>
        void serialize(Archive& archive) {
            archive(name, value);
        }
    };

    /// Adds a field, beside others of the same name. Throws std::invalid_argument if the name is
    /// not a token, or if the value has a CR, LF, NUL or other control character. So a value from
    /// outside can never begin another field.
    void add(std::string_view name, std::string_view value);

    /// Replaces every field of that name by one. Throws as add() does.
    void set(std::string_view name, std::string_view value);

    void remove(std::string_view name);

    /// The first field of that name, or nullptr. Valid until the next change.
    [[nodiscard]] const std::string* find(std::string_view name) const noexcept;

    [[nodiscard]] auto begin() const noexcept { return entries_.begin(); }
    [[nodiscard]] auto end() const noexcept { return entries_.end(); }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

    template <typename Archive>
    void serialize(Archive& archive) {
        archive(entries_);
    }

  private:
    std::vector<Entry> entries_;
};

}  // namespace curfew
