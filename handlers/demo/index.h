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

    explicit Index(curfew::Router& router) : router_(router) {}

    /// Begins a list of routes, under a title.
    void section(std::string_view title, std::string_view intro, Harm harm = Harm::none);

    /// As Router::get(). `shows` says in a sentence what a visitor sees; `example` is what the link
    /// leads to, the pattern itself if empty.
    curfew::Route& get(std::string_view pattern, curfew::Handler handler, std::string_view shows,
                       std::string_view example = "");

    /// As Router::any().
    curfew::Route& any(std::string_view pattern, curfew::Handler handler, std::string_view shows);

    /// The same for several methods.
    void add(std::initializer_list<std::string_view> methods, std::string_view pattern,
             const curfew::Handler& handler, std::string_view shows, std::string_view example);

    /// A route for POST alone. It is not listed: no link leads there.
    curfew::Route& post(std::string_view pattern, curfew::Handler handler) {
        return router_.post(pattern, std::move(handler));
    }

    /// The page: complete, without external resources.
    [[nodiscard]] std::string page() const;

  private:
    void list(std::string_view methods, std::string_view pattern, std::string_view shows,
              std::string_view example);

    curfew::Router& router_;
    std::string page_;
    bool in_section_ = false;
};

}  // namespace demo
