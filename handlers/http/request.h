#pragma once

#include "../base/deadline.h"
#include "extension.h"
#include "headers.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace curfew {

/// What a server fills in for a Request; handlers never see it. The views point into the
/// connection's buffer, which stays where it is until the handler has returned.
struct RequestParts {
    std::string_view method;
    std::string_view target;  ///< as on the wire
    std::string_view path;    ///< the target's path, still percent-encoded; "*" for OPTIONS *
    std::string_view query;   ///< after the '?', without it
    std::vector<Field> fields;
    std::string_view body;
    std::string_view peer;  ///< "127.0.0.1:40112", "[::1]:40112" or "unix"
    std::string_view id;
    Deadline limit = Deadline::never();     ///< what a strategy enforces, not the master
    Deadline deadline = Deadline::never();  ///< the soonest of all, as long as nobody extends it
    Extension* extension = nullptr;         ///< null: not in the process that serves the request
    std::vector<std::pair<std::string_view, std::string>> params;
};

/// One HTTP request, complete with its body. Handlers get it by const reference; it and every view
/// that it hands out are valid until the handler returns. Copy what must live longer.
/// Reading it from several threads at once is safe.
class Request {
  public:
    explicit Request(const RequestParts& parts) noexcept : parts_(&parts) {}

    [[nodiscard]] std::string_view method() const noexcept { return parts_->method; }

    /// The target as the client sent it: `/a%20b?x=1`, `http://host/a`, `*`.
    [[nodiscard]] std::string_view target() const noexcept { return parts_->target; }

    /// The path, percent-decoded: `/a b`. Not normalised: `..` stays `..`. As received if it holds
    /// a malformed escape, which the server lets no client send.
    [[nodiscard]] std::string path() const;

    /// A parameter of the route, decoded. Throws std::out_of_range if the route has none of that
    /// name, which is a mistake of the handler's author.
    [[nodiscard]] const std::string& param(std::string_view name) const;

    /// The first value of a name in the query, decoded; nothing if the name is not there. A name or
    /// value that holds a malformed escape or %00 is left as received.
    [[nodiscard]] std::optional<std::string> query(std::string_view name) const;

    /// The raw query, without the question mark.
    [[nodiscard]] std::string_view query_string() const noexcept { return parts_->query; }

    /// Every name and value of the query, decoded, in order.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> queries() const;

    /// The first field of that name, in whatever case; empty view if there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
    [[nodiscard]] bool has_header(std::string_view name) const noexcept;
    [[nodiscard]] const std::vector<Field>& headers() const noexcept { return parts_->fields; }

    /// The whole body, transfer coding removed.
    [[nodiscard]] std::string_view body() const noexcept { return parts_->body; }

    /// Who is at the other end of the connection: `127.0.0.1:40112`, `[::1]:40112`, or `unix`.
    [[nodiscard]] std::string_view peer() const noexcept { return parts_->peer; }

    /// The client's X-Request-Id if it sent a sane one, else one of our making.
    [[nodiscard]] std::string_view id() const noexcept { return parts_->id; }

    /// When the answer is due: the soonest of the route's limits, the server's and the client's.
    [[nodiscard]] Deadline deadline() const noexcept {
        const auto* const extension = parts_->extension;
        return extension ? std::min(parts_->limit, extension->harakiri()) : parts_->deadline;
    }

    /// Moves harakiri, the time at which the worker is killed, to so long from now: later, for a
    /// handler that knows that it goes on, or sooner; again and again if need be. The limits of
    /// within() and of the client stay. No later than the server's harakiri_ceiling allows, counted
    /// from the request's start, or the limit that the request had at first if that is later.
    /// Returns what it has come to; what upstreams are told from here on follows.
    ///
    /// Only in the worker's own process, so not under the strategies process and fork; there, and
    /// once the request has been answered, it throws std::logic_error. Throws std::invalid_argument
    /// for less than 1 ms, and TimeoutError if the time was up already.
    Deadline extend(Duration from_now) const;

    /// For servers.
    [[nodiscard]] const RequestParts& parts() const noexcept { return *parts_; }

  private:
    const RequestParts* parts_;
};

}  // namespace curfew
