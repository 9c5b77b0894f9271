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

Route& Index::get(std::string_view pattern, Handler handler, const Entry& entry) {
    list("GET", pattern, entry);
    return router_.get(pattern, std::move(handler));
}

Route& Index::any(std::string_view pattern, Handler handler, const Entry& entry) {
    list("any method", pattern, entry);
    return router_.any(pattern, std::move(handler));
}

void Index::add(std::initializer_list<std::string_view> methods, std::string_view pattern,
                const Handler& handler, const Entry& entry) {
    std::string names;
    for (const auto method : methods) {
        if (!names.empty()) names += ", ";
        names += method;
        router_.add(method, pattern, handler);
    }
    list(names, pattern, entry);
}

void Index::list(std::string_view methods, std::string_view pattern, const Entry& entry) {
    const auto target = entry.example.empty() ? pattern : entry.example;
    if (entry.is_link) {
        page_.append("<li><span><a href=\"").append(target).append("\">").append(target);
        page_.append("</a>");
    } else {
        page_.append("<li><span><code>").append(target).append("</code>");
    }
    page_.append("<small>").append(methods).append(" ").append(pattern).append("</small>");
    if (entry.status != 200) {
        page_.append("<small>answers ").append(std::to_string(entry.status)).append("</small>");
    }
    page_.append("</span><span>").append(entry.shows).append("</span></li>\n");
}

std::string Index::page() const {
    return demo::page(
        "curfew",
        "An application server for handlers that sometimes get stuck. Try it on this one.",
        in_section_ ? page_ + "</ul>\n</section>\n" : page_);
}

}  // namespace demo
