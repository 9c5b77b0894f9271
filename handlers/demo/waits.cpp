#include "waits.h"

#include <curfew/waits/table.h>

#include <string_view>

using namespace curfew;

namespace demo {

namespace {

/// "read, readv" → "<code>read</code>, <code>readv</code>"
std::string code(std::string_view names) {
    std::string html = "<code>" + std::string(names) + "</code>";
    constexpr std::string_view between = "</code>, <code>";
    for (std::size_t at = 0; (at = html.find(", ", at)) != html.npos; at += between.size()) {
        html.replace(at, 2, between);
    }
    return html;
}

std::string at_limit(const LimitedWait& wait) {
    const std::string exception(wait.exception);
    if (wait.at_limit.empty()) return "<b>waits on</b>: " + exception;
    return code(wait.at_limit) + (exception.empty() ? "" : "; but " + exception);
}

std::string row(const LimitedWait& wait) {
    std::string html = "<tr><td>" + code(wait.calls);
    if (!wait.of.empty()) html.append(" of ").append(wait.of);
    html.append("</td><td>").append(at_limit(wait)).append("</td><td>");
    return html.append(in_words(wait.on_fiber)).append("</td></tr>\n");
}

}  // namespace

std::string waits_section() {
    std::string html =
        "<section>\n<h2>Which waits obey</h2>\n"
        "<p>The server defines the functions of libc that may wait, so that unmodified libraries "
        "obey <code>deadline</code>, and let the other fibers of a worker go on. At the limit a "
        "function returns as after a timeout or an error of its own: with this "
        "<code>errno</code>, this result, or this exception.</p>\n"
        "<div class=\"wide\"><table class=\"waits\">\n";
    const LimitedWait* before = nullptr;
    for (const auto& wait : limited_waits()) {
        if (!before || before->kind != wait.kind) {
            html.append(before ? "</tbody>\n" : "").append("<thead><tr><th>");
            html.append(in_words(wait.kind));
            html += "</th><th>at the limit</th><th>a fiber</th></tr></thead>\n<tbody>\n";
        }
        html += row(wait);
        before = &wait;
    }
    return html + "</tbody>\n</table></div>\n</section>\n";
}

}  // namespace demo
