#include "tools/laboratory/showing/report.h"

#include "tools/laboratory/record/whole_file.h"
#include "tools/laboratory/showing/report_page.h"

#include <nlohmann/json.hpp>

#include <string_view>

namespace curfew::laboratory {

namespace {

/// As JSON that may stand in a script element: no "</script>" or "<!--" in a name ends or changes
/// it. All is ASCII; what is not UTF-8 is replaced.
std::string inline_json(const Run& run) {
    using Json = nlohmann::json;
    std::string json;
    for (const char c : to_json(run).dump(-1, ' ', true, Json::error_handler_t::replace)) {
        if (c == '<') {
            json.append("\\u003c");  // only strings have one
        } else {
            json.push_back(c);
        }
    }
    return json;
}

}  // namespace

std::string report(const Run& run) {
    std::string html(page_before_run);
    return html.append(inline_json(run)).append(page_after_run);
}

void write_report(const Run& run, const std::string& path) { replace_file(path, report(run)); }

}  // namespace curfew::laboratory
