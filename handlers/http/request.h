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

/// One HTTP request with its complete body. Handlers get it by const reference. The request and
/// every view that it returns are valid until the handler returns; copy what must live longer.
/// Several threads may read it at once.
class Request {
  public:
    explicit Request(const RequestParts& parts) noexcept : parts_(&parts) {}

    /// As the client sent it; upper and lower case differ (RFC 9110 section 9.1).
    [[nodiscard]] std::string_view method() const noexcept { return parts_->method; }

    /// The target as the client sent it: `/a%20b?x=1`, `http://host/a`, `*`.
    [[nodiscard]] std::string_view target() const noexcept { return parts_->target; }

    /// The path, percent-decoded: `/a b`. It is not normalised: `..` stays `..`. A malformed escape
    /// would leave the whole path as received, but the server refuses such requests.
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

    /// The value of the first field of that name, in any case of letters (RFC 9110 section 5.1);
    /// empty if there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
    [[nodiscard]] bool has_header(std::string_view name) const noexcept;
    /// All fields, in the order in which they came.
    [[nodiscard]] const std::vector<Field>& headers() const noexcept { return parts_->fields; }

    /// The whole body, transfer coding removed.
    [[nodiscard]] std::string_view body() const noexcept { return parts_->body; }

    /// The address of the client, or of the proxy that has made the connection: `127.0.0.1:40112`,
    /// `[::1]:40112`, or `unix`.
    [[nodiscard]] std::string_view peer() const noexcept { return parts_->peer; }

    /// The client's X-Request-Id if the server accepts it, else an id that the server has made.
    [[nodiscard]] std::string_view id() const noexcept { return parts_->id; }

    /// When the response is due: the soonest of the limits of the route, the server and the client.
    [[nodiscard]] Deadline deadline() const noexcept {
        const auto* const extension = parts_->extension;
        return extension ? std::min(parts_->limit, extension->harakiri()) : parts_->deadline;
    }

    /// Sets harakiri, the time at which the worker is killed, to `from_now` from now. It may become
    /// later or sooner, and the function may be called repeatedly. The latest possible time is the
    /// later of two: what the option harakiri_ceiling allows, counted from the start of the
    /// request, and the first harakiri limit of the request. The limits of within() and of the
    /// client stay. Returns the time that is in force now; upstreams are told it from here on.
    ///
    /// Throws std::logic_error in another process than the worker, so under the strategies process
    /// and fork, and after the response was sent; std::invalid_argument for less than 1 ms; and
    /// TimeoutError if the time is up already. Safe from any thread and fiber of the worker.
    Deadline extend(Duration from_now) const;

    /// For the server; handlers do not need it.
    [[nodiscard]] const RequestParts& parts() const noexcept { return *parts_; }

  private:
    const RequestParts* parts_;
};

}  // namespace curfew
