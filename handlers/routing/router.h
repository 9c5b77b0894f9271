#pragma once

#include "../http/request.h"
#include "../http/response.h"
#include "route.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace curfew {

/// Which handler answers which request. Filled once by the application's `routes()`, then only
/// read; reading is safe from any thread.
///
/// A pattern is a path whose segments may be `:name` (any one segment that is not empty) and whose
/// last may be `*name` (the rest of the path, slashes included, possibly empty). A literal segment
/// wins over `:name`, and that over `*name`; the first pattern in this order that has a route for
/// the method answers. Segments are compared after percent-decoding, the pattern's too, so `%3A`
/// begins a segment with a literal colon; `/a` and `/a/` differ.
class Router {
  public:
    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    /// Adds a route. Throws std::invalid_argument for a malformed pattern or method, or a route
    /// that is there already. The reference stays valid as long as the router lives.
    Route& add(std::string_view method, std::string_view pattern, Handler handler);

    // Each adds a route for that method, and throws as add() does.
    Route& get(std::string_view pattern, Handler handler);
    Route& post(std::string_view pattern, Handler handler);
    Route& put(std::string_view pattern, Handler handler);
    Route& patch(std::string_view pattern, Handler handler);
    Route& del(std::string_view pattern, Handler handler);

    /// Adds a route for every method that has no route of its own under this pattern, OPTIONS
    /// included; HEAD goes to the route for GET if there is one. Throws as add() does.
    Route& any(std::string_view pattern, Handler handler);

    /// What the router says to a request.
    struct Match {
        const Route* route = nullptr;  ///< null: nothing runs, see `allow`
        std::string allow;             ///< no route: empty for 404, else the Allow field, sorted
                                       ///< (405, or 204 to OPTIONS)
    };

    /// Finds the route for a method and a percent-encoded path, and fills `params` with its decoded
    /// parameters. HEAD falls back to GET. Allocates nothing for a route without parameters and a
    /// path without escapes. `params` have names that live as long as the router.
    ///
    /// OPTIONS that has no route gets no route and a filled `allow`; so does `OPTIONS *`, whose
    /// path is "*", with every method of every route.
    [[nodiscard]] Match match(std::string_view method, std::string_view path,
                              std::vector<std::pair<std::string_view, std::string>>& params) const;

    /// Every route, in the order they were added.
    [[nodiscard]] const std::vector<std::unique_ptr<Route>>& routes() const noexcept;

    /// Every route of that pattern, of whatever method.
    [[nodiscard]] std::vector<Route*> find(std::string_view pattern);

  private:
    struct Endpoint;
    struct Node;
    struct Search;

    std::unique_ptr<Node> root_;
    std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace curfew
