#include "date.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <iterator>

namespace curfew {

namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

// Not strftime and strptime: their names of days and months are the locale's.
constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> day_names = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

constexpr std::int64_t first_second = -62'167'219'200;  // 0000-01-01 00:00:00
constexpr std::int64_t last_second = 253'402'300'799;   // 9999-12-31 23:59:59

/// Reads a date from left to right; after the first mismatch everything else fails too.
class Reader {
  public:
    explicit Reader(std::string_view text) noexcept : rest_(text) {}

    void literal(std::string_view expected) noexcept {
        if (!rest_.starts_with(expected)) ok_ = false;
        skip(expected.size());
    }

    int number(std::size_t digits) noexcept {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            const char digit = i < rest_.size() ? rest_[i] : '\0';
            if (digit < '0' || digit > '9') ok_ = false;
            value = value * 10 + (digit - '0');
        }
        skip(digits);
        return value;
    }

    /// A day of the month as asctime() writes it, padded with a space.
    int padded_day() noexcept {
        if (!rest_.starts_with(' ')) return number(2);
        skip(1);
        return number(1);
    }

    /// 1 to 12.
    int month() noexcept {
        const auto name = std::find(month_names.begin(), month_names.end(), rest_.substr(0, 3));
        if (name == month_names.end()) ok_ = false;
        skip(3);
        return static_cast<int>(std::distance(month_names.begin(), name)) + 1;
    }

    seconds time_of_day() noexcept {
        const int hour = number(2);
        literal(":");
        const int minute = number(2);
        literal(":");
        const int second = number(2);
        // 60 is a leap second, which the grammar allows and Unix time counts as the next second.
        if (hour > 23 || minute > 59 || second > 60) ok_ = false;
        return seconds(hour * 3600 + minute * 60 + second);
    }

    /// Skips the name of a day, of which `length` letters are written; 0 for all of them.
    void day_name(std::size_t length) noexcept {
        for (const auto name : day_names) {
            const auto written = length == 0 ? name : name.substr(0, length);
            if (!rest_.starts_with(written)) continue;
            skip(written.size());
            return;
        }
        ok_ = false;
    }

    [[nodiscard]] bool complete() const noexcept { return ok_ && rest_.empty(); }

  private:
    void skip(std::size_t count) noexcept { rest_.remove_prefix(std::min(count, rest_.size())); }

    std::string_view rest_;
    bool ok_ = true;
};

std::optional<std::int64_t> to_unix(int year, int month, int day, seconds time) noexcept {
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    return (sys_days(date) + time).time_since_epoch().count();
}

/// Sun, 06 Nov 1994 08:49:37 GMT
std::optional<std::int64_t> parse_imf_fixdate(std::string_view text) noexcept {
    Reader in(text);
    in.day_name(3);
    in.literal(", ");
    const int day = in.number(2);
    in.literal(" ");
    const int month = in.month();
    in.literal(" ");
    const int year = in.number(4);
    in.literal(" ");
    const auto time = in.time_of_day();
    in.literal(" GMT");
    if (!in.complete()) return std::nullopt;
    return to_unix(year, month, day, time);
}

/// Sunday, 06-Nov-94 08:49:37 GMT
std::optional<std::int64_t> parse_rfc850(std::string_view text) noexcept {
    Reader in(text);
    in.day_name(0);
    in.literal(", ");
    const int day = in.number(2);
    in.literal("-");
    const int month = in.month();
    in.literal("-");
    const int two_digits = in.number(2);
    in.literal(" ");
    const auto time = in.time_of_day();
    in.literal(" GMT");
    if (!in.complete()) return std::nullopt;

    const auto today = std::chrono::floor<days>(std::chrono::system_clock::now());
    const int this_year = static_cast<int>(std::chrono::year_month_day(today).year());
    const int in_this_century = this_year / 100 * 100 + two_digits;
    const int year = in_this_century > this_year + 50 ? in_this_century - 100 : in_this_century;
    return to_unix(year, month, day, time);
}

/// Sun Nov  6 08:49:37 1994
std::optional<std::int64_t> parse_asctime(std::string_view text) noexcept {
    Reader in(text);
    in.day_name(3);
    in.literal(" ");
    const int month = in.month();
    in.literal(" ");
    const int day = in.padded_day();
    in.literal(" ");
    const auto time = in.time_of_day();
    in.literal(" ");
    const int year = in.number(4);
    if (!in.complete()) return std::nullopt;
    return to_unix(year, month, day, time);
}

}  // namespace

std::array<char, 29> http_date_text(std::int64_t unix_seconds) noexcept {
    const sys_seconds instant{seconds(std::clamp(unix_seconds, first_second, last_second))};
    const auto midnight = std::chrono::floor<days>(instant);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss time(instant - midnight);

    std::array<char, 29> text;
    char* out = text.data();
    const auto put = [&out](std::string_view word) { out = std::ranges::copy(word, out).out; };
    const auto number = [&out](unsigned value, int width) {
        for (int i = width - 1; i >= 0; --i, value /= 10)
            out[i] = static_cast<char>('0' + value % 10);
        out += width;
    };
    put(day_names[std::chrono::weekday(midnight).c_encoding()].substr(0, 3));
    put(", ");
    number(static_cast<unsigned>(date.day()), 2);
    put(" ");
    put(month_names[static_cast<unsigned>(date.month()) - 1]);
    put(" ");
    number(static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put(" ");
    number(static_cast<unsigned>(time.hours().count()), 2);
    put(":");
    number(static_cast<unsigned>(time.minutes().count()), 2);
    put(":");
    number(static_cast<unsigned>(time.seconds().count()), 2);
    put(" GMT");
    return text;
}

std::string http_date(std::int64_t unix_seconds) {
    const auto text = http_date_text(unix_seconds);
    return {text.data(), text.size()};
}

std::optional<std::int64_t> parse_http_date(std::string_view text) noexcept {
    if (const auto date = parse_imf_fixdate(text)) return date;
    if (const auto date = parse_rfc850(text)) return date;
    return parse_asctime(text);
}

}  // namespace curfew
