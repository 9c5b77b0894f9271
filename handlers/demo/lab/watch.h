#pragma once

#include <curfew/app.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "inbox.h"
#include "network.h"
#include "workers.h"

namespace demo::lab {

/// How far somebody has watched: what the id of an event says, and what a browser whose stream has
/// broken sends back as Last-Event-ID.
struct Bookmark {
    long ends_ms = 0;  ///< of the clock in now_ms(), as is the next
    long seen_ms = 0;  ///< when the workers were looked at
    Workers workers;

    [[nodiscard]] std::string text() const;
    /// Throws curfew::HttpError 400.
    [[nodiscard]] static Bookmark parse(std::string_view text);
};

/// A point in time for people and browsers: milliseconds on the clock of Deadline, which all
/// processes of the machine share.
[[nodiscard]] double now_ms();

/// Watches one experiment: what becomes of the workers, and what the requests say. The network is
/// in the condition that was asked for as long as this lives.
class Watch {
  public:
    /// Longer than this nobody watches.
    static constexpr std::chrono::seconds longest{30};

    Watch(Inbox inbox, const Network& network, const std::optional<Bookmark>& resumed);

    /// The next events as server-sent events are written (WHATWG HTML, section 9.2), or a comment
    /// after a quarter of a second without any, so that a client that has gone is noticed. Nothing
    /// once it is over.
    [[nodiscard]] std::optional<std::string> next();

  private:
    [[nodiscard]] std::string hello(bool resumed);
    [[nodiscard]] std::string look();
    [[nodiscard]] std::string look_at_requests();
    [[nodiscard]] std::string event(std::string_view name, const std::string& members) const;

    Inbox inbox_;
    NetworkInForce in_force_;
    const Network& network_;
    Bookmark seen_;
    double looked_ms_;
    std::string first_;
    bool over_ = false;
};

}  // namespace demo::lab
