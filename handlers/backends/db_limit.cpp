#include "db_limit.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace curfew::db {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds least(1);
constexpr std::chrono::hours most(24 * 365);  // what max_statement_time accepts

bool begins_with_select(std::string_view text) {
    constexpr std::string_view word = "select";
    return text.size() > word.size() &&
           std::equal(word.begin(), word.end(), text.begin(), [](char lower, char c) {
               return lower == c || lower - 'a' + 'A' == c;  // whatever the locale is
           });
}

}  // namespace

LimitedStatement with_limit(const std::string& sql, Duration limit, Server server) {
    const auto time = std::clamp<Duration>(limit, least, most);
    const auto count = std::chrono::ceil<milliseconds>(time).count();
    std::array<char, 64> text{};
    if (server == Server::mariadb) {
        std::snprintf(text.data(), text.size(), "SET STATEMENT max_statement_time=%lld.%03lld FOR ",
                      static_cast<long long>(count / 1000), static_cast<long long>(count % 1000));
        return {text.data() + sql, true};
    }
    const auto start = std::min(sql.find_first_not_of(" \t\r\n"), sql.size());
    if (!begins_with_select(std::string_view(sql).substr(start))) return {sql, false};
    std::snprintf(text.data(), text.size(), "SELECT /*+ MAX_EXECUTION_TIME(%lld) */",
                  static_cast<long long>(count));
    return {text.data() + sql.substr(start + 6), true};
}

Duration limit_within(Duration remaining) noexcept {
    return remaining - std::min<Duration>(remaining / 10, milliseconds(5));
}

}  // namespace curfew::db
