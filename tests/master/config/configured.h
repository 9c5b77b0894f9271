#pragma once

#include "handlers/base/unique_fd.h"
#include "master/config/config.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace curfew::master {

/// A file that is there as long as this object.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& text) {
        const UniqueFd file = checked_fd(::mkstemp(path_.data()), "mkstemp");
        checked(static_cast<int>(::write(file.get(), text.data(), text.size())), "write");
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { ::unlink(path_.c_str()); }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    std::string path_ = "/tmp/curfew-config-XXXXXX";
};

/// `configure` with these arguments after the program's name.
inline Invocation invoke(const std::vector<std::string>& arguments,
                         const Environment& environment = {}) {
    std::vector<const char*> argv = {"curfew"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    argv.push_back(nullptr);
    return configure(static_cast<int>(argv.size()) - 1, argv.data(), environment);
}

/// What curfew would serve the application "demo" with, given a file of this text, these variables
/// and these flags.
inline Options configured(const std::string& file, const Environment& environment = {},
                          std::vector<std::string> arguments = {}) {
    const TemporaryFile config{file};
    arguments.insert(arguments.end(), {"--config", config.path(), "demo"});
    return invoke(arguments, environment).options;
}

/// The message with which `attempt` is refused; empty if it is not.
template <class Attempt>
std::string refusal_of(Attempt attempt) {
    try {
        static_cast<void>(attempt());
    } catch (const ConfigError& error) {
        return error.what();
    }
    return {};
}

inline std::string refusal_of_flags(const std::vector<std::string>& arguments,
                                    const Environment& environment = {}) {
    return refusal_of([&] { return invoke(arguments, environment); });
}

/// The message about a file of this text, in which the file is called curfew.toml.
inline std::string refusal_of_file(const std::string& text, const Environment& environment = {},
                                   std::vector<std::string> arguments = {}) {
    const TemporaryFile config{text};
    arguments.insert(arguments.end(), {"--config", config.path(), "demo"});
    std::string message = refusal_of_flags(arguments, environment);
    for (auto at = message.find(config.path()); at != std::string::npos;
         at = message.find(config.path())) {
        message.replace(at, config.path().size(), "curfew.toml");
    }
    return message;
}

}  // namespace curfew::master
