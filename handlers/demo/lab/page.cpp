#include "page.h"

#include "../functions.h"
#include "../page.h"
#include "../unsafe_strategies.h"
#include "network.h"
#include "tolerance.h"

#include <curfew/timeouts/strategy.h>

#include <string_view>

namespace demo::lab {

namespace {

// Written by the build, each a string literal of the file that it is called after.
constexpr std::string_view css =
#include "lab.css.inc"
    ;
constexpr std::string_view script =
#include "lab.js.inc"
    ;
constexpr std::string_view drawing =
#include "timeline.js.inc"
    ;
constexpr std::string_view below_the_form =
#include "lab.html.inc"
    ;

enum class Chosen { no, yes };

std::string option(std::string_view value, std::string_view text, Chosen chosen = Chosen::no) {
    std::string html = "<option value=\"";
    html.append(value).append(chosen == Chosen::yes ? "\" selected>" : "\">").append(text);
    return html.append("</option>\n");
}

std::string group(std::string_view title, std::string_view options) {
    std::string html = "<optgroup label=\"";
    return html.append(title).append("\">\n").append(options).append("</optgroup>\n");
}

std::string select(std::string_view title, std::string_view name, const std::string& options) {
    std::string html = "<label>";
    html.append(title).append("<select name=\"").append(name).append("\">\n");
    return html.append(options).append("</select></label>\n");
}

std::string functions() {
    std::string options;
    for (const auto& function : slow_functions()) {
        const auto chosen = function.name == "sleep" ? Chosen::yes : Chosen::no;
        options += option(function.name, function.name, chosen);
    }
    return options;
}

std::string all_strategies() {
    std::string own;
    for (const auto* const by : curfew::strategies()) {
        own += option(by->name(), by->name(), by->name() == "deadline" ? Chosen::yes : Chosen::no);
    }
    std::string unsafe;
    for (const auto& by : unsafe_strategies()) unsafe += option(by.name, by.name);
    return group("in the function", own) + group("by the server", option("harakiri", "harakiri")) +
           group("unsafe: what not to do", unsafe);
}

std::string all_networks() {
    std::string options;
    for (const auto& network : networks()) {
        if (!network.words.empty() && !network_can_be_bad()) continue;
        options +=
            option(network.name, std::string(network.name) + ": " + std::string(network.shows));
    }
    return options;
}

std::string form() {
    std::string html = "<form id=\"experiment\" data-tolerance=\"";
    html += std::to_string(static_cast<int>(tolerance_ms)) + "\">\n";
    html += select("Function", "function", functions());
    html += select("Limited by", "strategy", all_strategies());
    html += select("Network", "network", all_networks());
    html +=
        "<label>Limit, in ms<input name=\"limit\" type=\"number\" min=\"10\" max=\"5000\" "
        "value=\"500\" required></label>\n"
        "<label>It would take, in s<input name=\"seconds\" type=\"number\" min=\"0\" max=\"10\" "
        "step=\"any\" value=\"2\" required></label>\n";
    html += select(
        "Requests at once", "requests",
        option("1", "1") + option("2", "2", Chosen::yes) + option("3", "3") + option("4", "4"));
    html +=
        "<div class=\"buttons\"><button id=\"run\">Run</button>"
        "<button id=\"stop\" type=\"button\" disabled>Stop</button></div>\n";
    if (!network_can_be_bad()) {
        html +=
            "<p>Only the clean network is there: no proxy stands between the functions and the "
            "servers that they ask. <code>tools/serve</code> starts these proxies.</p>\n";
    }
    return html +
           "</form>\n<p id=\"summary\" role=\"status\">Press "
           "<i>Run</i>: a time line of the requests and the workers is drawn here, and the events "
           "are listed below it.</p>\n";
}

}  // namespace

std::string lab_page() {
    std::string main = "<style>\n";
    main.append(css).append("</style>\n").append(form()).append(below_the_form);
    main.append("<script>\n").append(script).append(drawing).append("</script>\n");
    return page(
        "The lab, live",
        "Where should the limit be: in the function or in the server? Choose, run, and watch.",
        main);
}

}  // namespace demo::lab
