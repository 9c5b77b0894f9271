#include "strategies.h"

#include "functions.h"
#include "json.h"
#include "page.h"
#include "unsafe_strategies.h"
#include "waits.h"

#include <string>
#include <string_view>
#include <vector>

using namespace curfew;

namespace demo {

namespace {

struct Row {
    std::string_view name;
    const Guarantees& guarantees;
    bool demo_only;
};

std::vector<Row> rows() {
    std::vector<Row> all;
    for (const auto* const each : strategies()) {
        all.push_back({each->name(), each->guarantees(), false});
    }
    for (const auto& each : unsafe_strategies()) all.push_back({each.name, each.guarantees, true});
    return all;
}

std::string_view json_bool(bool value) { return value ? "true" : "false"; }

std::string as_json() {
    std::string list;
    for (const auto& [name, can, demo_only] : rows()) {
        JsonObject row;
        row.add("name", json_string(name));
        row.add("blocked_socket", json_bool(can.blocked_socket));
        row.add("drip_feed", json_bool(can.drip_feed));
        row.add("name_lookup", json_bool(can.name_lookup));
        row.add("sleep", json_bool(can.sleep));
        row.add("cooperative_loop", json_bool(can.cooperative_loop));
        row.add("cpu_loop", json_bool(can.cpu_loop));
        row.add("lock", json_bool(can.lock));
        row.add("signals_blocked", json_bool(can.signals_blocked));
        row.add("caller_returns", json_bool(can.caller_returns));
        row.add("runs_destructors", json_bool(can.runs_destructors));
        row.add("left_behind", json_string(can.left_behind));
        row.add("can_corrupt", json_bool(can.can_corrupt));
        row.add("cost", json_string(can.cost));
        row.add("late", json_string(can.late));
        row.add("demo_only", json_bool(demo_only));
        list.append(list.empty() ? "" : ",\n ").append(row.text());
    }
    return "{\"strategies\": [\n " + list + "\n]}\n";
}

struct Mark {
    std::string_view style;
    std::string_view title;
    std::string_view sign;
};

/// What becomes of the function at its limit.
Mark mark(const Guarantees& by, const SlowFunction& function) {
    if (function.ended_by(by)) {
        if (by.can_corrupt) return {"bad", "ends it, and perhaps the process", "!"};
        return {"good", "ends it", "&#10003;"};
    }
    if (by.caller_returns) return {"", "goes on without it", "&#8618;"};
    return {"", "comes back late", "&#8211;"};
}

/// A link to see it.
std::string cell(const Row& row, const SlowFunction& function) {
    const auto [style, title, sign] = mark(row.guarantees, function);
    std::string html = "<td class=\"";
    html.append(style).append("\"><a href=\"/timeout/").append(row.name).append("/");
    html.append(function.name).append("\" title=\"").append(title).append("\">").append(sign);
    return html.append("</a></td>");
}

std::string table() {
    std::string html = "<div class=\"wide\"><table>\n<thead><tr><th></th>";
    for (const auto& function : slow_functions()) {
        html.append("<th><span>").append(function.name).append("</span></th>");
    }
    html += "</tr></thead>\n<tbody>\n";
    for (const auto& row : rows()) {
        html.append(row.demo_only ? "<tr class=\"harm\"><th>" : "<tr><th>").append(row.name);
        html += "</th>";
        for (const auto& function : slow_functions()) html += cell(row, function);
        html += "</tr>\n";
    }
    return html + "</tbody>\n</table></div>\n";
}

std::string functions_list() {
    std::string html = "<ul>\n";
    for (const auto& function : slow_functions()) {
        html.append("<li><code>").append(function.name).append("</code><span>");
        html.append(function.shows).append("</span></li>\n");
    }
    return html + "</ul>\n";
}

/// A figure would be another machine's.
std::string measured_here(const Row& row) {
    if (row.demo_only) return {};
    return ": <a href=\"/calls/" + std::string(row.name) + "?number=1000\">measure it here</a>";
}

std::string description(const Row& row) {
    const auto& can = row.guarantees;
    std::string html(row.demo_only ? "<li class=\"harm\"><code>" : "<li><code>");
    html.append(row.name).append("</code><dl>");
    const auto add = [&html](std::string_view title, std::string_view text) {
        html.append("<dt>").append(title).append("</dt><dd>").append(text).append("</dd>");
    };
    add("costs", std::string(can.cost) + measured_here(row));
    add("late", can.late);
    add("leaves", can.left_behind.empty() ? "nothing" : can.left_behind);
    add("caller", can.caller_returns ? "goes on in time, whatever the function does"
                                     : "waits for what cannot be ended");
    if (can.signals_blocked) add("signals", "may all be blocked");
    add("destructors", can.runs_destructors ? "run" : "may not run");
    if (can.can_corrupt) add("corrupts", "what outlives the call");
    if (row.demo_only) add("for", "this demo only, and not for programs");
    return html + "</dl></li>\n";
}

std::string as_html() {
    std::string main =
        "<section>\n<h2>What each ends at the limit</h2>\n"
        "<p>&#10003; ends the function. &#8618; goes on without it, and it goes on behind. "
        "&#8211; comes back late. <b>!</b> ends it, and perhaps the process. Each is a link: a "
        "function of two seconds, with a limit of half of one. <code>fork</code> refuses in a "
        "worker that has threads by now, as <code>thread</code> and <code>timer</code> leave "
        "them.</p>\n";
    main += table();
    main += "</section>\n<section>\n<h2>The functions</h2>\n";
    main += functions_list();
    main +=
        "</section>\n<section>\n<h2>What each costs and leaves</h2>\n"
        "<p>What a call costs that ends in time depends on the machine: each link times a "
        "thousand calls in this server, and <code>/calls/bare</code> as many without a limit. "
        "<code>docs/findings.md</code> has the figures of a whole run of <code>tools/lab</code>, "
        "with its machine and date.</p>\n<ul>\n";
    for (const auto& row : rows()) main += description(row);
    main += "</ul>\n</section>\n" + waits_section();
    return page("Strategies", "Ways of giving a function a limit in time, by their own word.",
                main);
}

bool wants_json(const Request& request) {
    const auto format = request.query("format");
    if (format) return *format == "json";
    return request.header("Accept").starts_with("application/json");
}

}  // namespace

Response strategies_page(const Request& request) {
    return (wants_json(request) ? json(as_json()) : html(as_html())).header("Vary", "Accept");
}

}  // namespace demo
