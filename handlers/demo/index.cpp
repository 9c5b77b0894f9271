#include "index.h"

#include "page.h"

#include <utility>

using namespace curfew;

namespace demo {

void Index::section(std::string_view title, std::string_view intro, Harm harm) {
    if (in_section_) page_ += "</ul>\n</section>\n";
    in_section_ = true;
    page_.append(harm == Harm::worker_dies ? "<section class=\"harms\">\n" : "<section>\n");
    page_.append("<h2>").append(title).append("</h2>\n");
    page_.append("<p>").append(intro).append("</p>\n<ul>\n");
}

Route& Index::get(std::string_view pattern, Handler handler, std::string_view shows,
                  std::string_view example) {
    list("GET", pattern, shows, example);
    return router_.get(pattern, std::move(handler));
}

Route& Index::any(std::string_view pattern, Handler handler, std::string_view shows) {
    list("any method", pattern, shows, pattern);
    return router_.any(pattern, std::move(handler));
}

void Index::add(std::initializer_list<std::string_view> methods, std::string_view pattern,
                const Handler& handler, std::string_view shows, std::string_view example) {
    std::string names;
    for (const auto method : methods) {
        if (!names.empty()) names += ", ";
        names += method;
        router_.add(method, pattern, handler);
    }
    list(names, pattern, shows, example);
}

void Index::list(std::string_view methods, std::string_view pattern, std::string_view shows,
                 std::string_view example) {
    const auto target = example.empty() ? pattern : example;
    page_.append("<li><span><a href=\"").append(target).append("\">").append(target);
    page_.append("</a><small>").append(methods).append(" ").append(pattern);
    page_.append("</small></span><span>").append(shows).append("</span></li>\n");
}

std::string Index::page() const {
    return demo::page(
        "curfew",
        "An application server for handlers that sometimes get stuck. Try it on this one.",
        in_section_ ? page_ + "</ul>\n</section>\n" : page_);
}

}  // namespace demo
