#pragma once

#include <curfew/app.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace demo {

/// Adds routes to a router, and each to a page that lists them: what is listed is served, and the
/// other way round, but for what is posted. Texts are HTML; all of them are the
/// demo's own, so that nothing is escaped.
class Index {
  public:
    enum class Harm { none, worker_dies };

    /// What the page says of a route.
    struct Entry {
        std::string_view shows;         ///< what a visitor sees, in a sentence
        std::string_view example = "";  ///< what the link leads to; empty: the pattern itself
        int status = 200;               ///< of the response to that link
        bool is_link = true;            ///< false: the example works on other machines only
    };

    explicit Index(curfew::Router& router) : router_(router) {}

    /// Begins a list of routes, under a title.
    void section(std::string_view title, std::string_view intro, Harm harm = Harm::none);

    /// As Router::get().
    curfew::Route& get(std::string_view pattern, curfew::Handler handler, const Entry& entry);

    /// As Router::any().
    curfew::Route& any(std::string_view pattern, curfew::Handler handler, const Entry& entry);

    /// The same for several methods.
    void add(std::initializer_list<std::string_view> methods, std::string_view pattern,
             const curfew::Handler& handler, const Entry& entry);

    /// A route for POST alone. It is not listed: no link leads there.
    curfew::Route& post(std::string_view pattern, curfew::Handler handler) {
        return router_.post(pattern, std::move(handler));
    }

    /// The page: complete, without external resources.
    [[nodiscard]] std::string page() const;

  private:
    void list(std::string_view methods, std::string_view pattern, const Entry& entry);

    curfew::Router& router_;
    std::string page_;
    bool in_section_ = false;
};

}  // namespace demo
