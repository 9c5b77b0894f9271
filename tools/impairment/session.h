#pragma once

#include "tools/impairment/proxy.h"

#include <string>
#include <string_view>

namespace curfew::impairment {

/// A proxy, and how many of its control socket's clients hold conditions at the moment.
struct Controlled {
    Proxy& proxy;
    int holders = 0;
};

/// One client of the control socket, from its connection to the end of it.
class Session {
  public:
    explicit Session(Controlled& controlled) noexcept : controlled_(controlled) {}
    /// Lifts all conditions, if it is the last of those that hold some.
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Does what a line says: `set WORDS`, `hold WORDS`, `clear [WORDS]`, `show` or `connections`.
    /// The answer is `ok`, with what was asked for behind it, or `error: ` and what is wrong with
    /// the line; nothing has changed then.
    [[nodiscard]] std::string answer(std::string_view line);

  private:
    [[nodiscard]] std::string execute(std::string_view line);

    Controlled& controlled_;
    bool holds_ = false;
};

}  // namespace curfew::impairment
