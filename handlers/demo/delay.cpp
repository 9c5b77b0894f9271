#include "delay.h"

#include "json.h"
#include "numbers.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace curfew;

namespace demo {

namespace {

using Values = std::map<std::string, std::vector<std::string>>;

bool is_form(const Request& request) {
    const auto type = request.header("Content-Type");
    return equals_ignoring_case(type.substr(0, type.find(';')),
                                "application/x-www-form-urlencoded");
}

/// The names and values of a query or of a form, which are written alike.
Values values_of(std::string_view encoded) {
    RequestParts parts;
    parts.query = encoded;
    Values values;
    for (auto& [name, value] : Request(parts).queries()) values[name].push_back(std::move(value));
    return values;
}

/// Several values of one name are a list.
std::string args_json(const Values& values) {
    JsonObject object;
    for (const auto& [name, list] : values) {
        object.add(name, list.size() == 1 ? json_string(list.front()) : json_list(list));
    }
    return object.text();
}

std::string headers_json(const Request& request) {
    std::map<std::string, std::string> joined;
    for (const auto& [name, value] : request.headers()) {
        auto& text = joined[std::string(name)];
        if (!text.empty()) text += ',';
        text += value;
    }
    JsonObject object;
    for (const auto& [name, value] : joined) object.add(name, json_string(value));
    return object.text();
}

/// The peer without its port.
std::string_view origin(const Request& request) {
    const auto peer = request.peer();
    const auto host = peer.substr(0, peer.rfind(':'));
    if (!host.starts_with('[')) return host;
    return host.substr(1, host.size() - 2);
}

std::string url(const Request& request) {
    if (!request.target().starts_with('/')) return std::string(request.target());
    return "http://" + std::string(request.header("Host")) + std::string(request.target());
}

}  // namespace

Response delay(const Request& request) {
    const auto seconds =
        parse_number(request.param("seconds"), 0.0, 86'400.0, "the delay in seconds");
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(seconds, 10.0)));

    const bool form = is_form(request);
    JsonObject answer;
    answer.add("args", args_json(values_of(request.query_string())));
    answer.add("data", json_string(form ? std::string_view() : request.body()));
    answer.add("files", JsonObject().text());
    answer.add("form", args_json(form ? values_of(request.body()) : Values()));
    answer.add("headers", headers_json(request));
    answer.add("origin", json_string(origin(request)));
    answer.add("url", json_string(url(request)));
    return json(answer.text() + "\n");
}

}  // namespace demo
