#include "worker/access_log/log_format.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

/// A request with something to say under each letter.
struct Sample {
    RequestParts request;
    Headers headers;
    Served served{request};

    Sample() {
        request.method = "GET";
        request.target = "/a?b=c";
        request.path = "/a";
        request.query = "b=c";
        request.fields = {{"referer", "http://r/"}, {"User-Agent", "agent"}, {"X-Other", "other"}};
        request.peer = "10.0.0.1:4000";
        request.id = "the-id";
        headers.add("X-Answer", "42");
        served.request_line = "GET /a?b=c HTTP/1.1";
        served.status = 200;
        served.response_headers = &headers;
        served.body_bytes = 1234;
        served.duration = 1s + 234567us;
    }

    [[nodiscard]] std::string line(std::string_view format) const {
        std::string out;
        for (const auto& piece : compile_log_format(format)) piece(out, served);
        return out;
    }

    [[nodiscard]] std::string json() const {
        std::string out;
        for (const auto& piece : json_log_format()) piece(out, served);
        return out;
    }
};

/// Reads a flat JSON object strictly (RFC 8259): strings, decoded to Latin-1, and plain numbers.
class FlatJson {
  public:
    static std::optional<std::map<std::string, std::string>> read(std::string_view text) {
        FlatJson reader{text};
        return reader.object() && reader.rest_.empty() ? std::optional(reader.members_)
                                                       : std::nullopt;
    }

  private:
    explicit FlatJson(std::string_view text) : rest_(text) {}

    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool object() {
        if (!take('{')) return false;
        do {
            std::string key;
            std::string value;
            if (!string(key) || !take(':') || !(string(value) || number(value))) return false;
            if (!members_.emplace(key, value).second) return false;
        } while (take(','));
        return take('}');
    }

    bool string(std::string& out) {
        if (!take('"')) return false;
        while (!take('"')) {
            if (rest_.empty() || static_cast<unsigned char>(rest_.front()) < ' ') return false;
            if (static_cast<unsigned char>(rest_.front()) > '~') return false;  // not UTF-8 perhaps
            if (!take('\\')) {
                out += rest_.front();
                rest_.remove_prefix(1);
            } else if (take('"')) {
                out += '"';
            } else if (take('\\')) {
                out += '\\';
            } else if (!unicode(out)) {
                return false;
            }
        }
        return true;
    }

    bool unicode(std::string& out) {
        if (!take('u') || rest_.size() < 4 || !rest_.starts_with("00")) return false;
        for (const char c : rest_.substr(2, 2)) {
            if (!std::isxdigit(static_cast<unsigned char>(c))) return false;
        }
        out += static_cast<char>(std::stoi(std::string(rest_.substr(2, 2)), nullptr, 16));
        rest_.remove_prefix(4);
        return true;
    }

    bool digits(std::string& out) {
        const auto count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        out.append(rest_.substr(0, count));
        rest_.remove_prefix(count);
        return count > 0;
    }

    bool number(std::string& out) {
        if (!digits(out) || (out.size() > 1 && out[0] == '0')) return false;
        if (!take('.')) return true;
        out += '.';
        return digits(out);
    }

    std::string_view rest_;
    std::map<std::string, std::string> members_;
};

/// Its digits as 9, its letters as A and a.
std::string shape(std::string text) {
    for (char& c : text) {
        if (c >= '0' && c <= '9') c = '9';
        if (c >= 'A' && c <= 'Z') c = 'A';
        if (c >= 'a' && c <= 'z') c = 'a';
        if (c == '-') c = '+';
    }
    return text;
}

std::string every_octet() {
    std::string all;
    for (int octet = 0; octet < 256; ++octet) all += static_cast<char>(octet);
    return all;
}

}  // namespace

TEST_CASE("every letter of the access log says what it is for") {
    struct Case {
        std::string_view format;
        std::string_view line;
    };
    ::setenv("CURFEW_TEST_LOG", "env", 1);
    const Sample sample;
    for (const auto& [format, line] : {
             Case{"%(h)s", "10.0.0.1"},
             Case{"%(l)s", "-"},
             Case{"%(u)s", "-"},
             Case{"%(r)s", "GET /a?b=c HTTP/1.1"},
             Case{"%(m)s", "GET"},
             Case{"%(U)s", "/a"},
             Case{"%(q)s", "b=c"},
             Case{"%(H)s", "HTTP/1.1"},
             Case{"%(s)s", "200"},
             Case{"%(b)s", "1234"},
             Case{"%(B)s", "1234"},
             Case{"%(f)s", "http://r/"},
             Case{"%(a)s", "agent"},
             Case{"%(T)s", "1"},
             Case{"%(M)s", "1234"},
             Case{"%(D)s", "1234567"},
             Case{"%(L)s", "1.234567"},
             Case{"%({x-other}i)s", "other"},
             Case{"%({missing}i)s", "-"},
             Case{"%({x-answer}o)s", "42"},
             Case{"%({x-request-id}o)s", "the-id"},
             Case{"%({CURFEW_TEST_LOG}e)s", "env"},
             Case{"%({CURFEW_TEST_UNSET}e)s", "-"},
             Case{"%%", "%"},
             Case{"100%% \"%(m)s\" (%(s)s)s", "100% \"GET\" (200)s"},
             Case{"", ""},
         }) {
        CAPTURE(format);
        CHECK(sample.line(format) == line);
    }
    CHECK(sample.line("%(p)s") == "<" + std::to_string(::getpid()) + ">");
}

TEST_CASE("the time is that of the common log format") {
    CHECK(shape(Sample().line("%(t)s")) == "[99/Aaa/9999:99:99:99 +9999]");
}

TEST_CASE("what there is nothing of is a dash") {
    Sample sample;
    sample.request = {};
    sample.served.request_line = {};
    sample.served.response_headers = nullptr;
    sample.served.body_bytes = 0;

    for (const std::string_view letter :
         {"h", "r", "m", "U", "H", "b", "f", "a", "{x-answer}o", "{x-request-id}o"}) {
        CAPTURE(letter);
        CHECK(sample.line(std::string("%(").append(letter).append(")s")) == "-");
    }
    CHECK(sample.line("%(B)s") == "0");
    CHECK(sample.line("%(q)s").empty());
}

TEST_CASE("the host is the peer without its port") {
    Sample sample;
    sample.request.peer = "[2001:db8::1]:80";
    CHECK(sample.line("%(h)s") == "2001:db8::1");
    sample.request.peer = "unix";
    CHECK(sample.line("%(h)s") == "unix");
}

TEST_CASE("nothing that a client sends can end a line or a quoted part of it") {
    Sample sample;
    const auto all = every_octet();
    sample.request.fields = {{"User-Agent", all}};

    const auto line = sample.line("%(a)s");

    std::string expected;
    for (const char c : all) {
        char hex[8];
        std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
        if (c == '"' || c == '\\') {
            expected.append("\\").append(1, c);
        } else {
            expected.append(c >= ' ' && c <= '~' ? std::string(1, c) : std::string(hex));
        }
    }
    CHECK(line == expected);
}

TEST_CASE("a format with an unknown letter is refused by name") {
    for (const std::string_view format :
         {"%(x)s", "%()s", "%(hh)s", "%({a}x)s", "%({}i)s", "%({a)s", "%({a}ii)s"}) {
        CAPTURE(format);
        CHECK_THROWS_WITH_AS((void)compile_log_format(format),
                             ("unknown letter " + std::string(format)).c_str(),
                             std::invalid_argument);
    }
    for (const std::string_view format : {"%", "%h", "%(h", "%(h)", "a % b", "%(h)d"}) {
        CAPTURE(format);
        CHECK_THROWS_AS((void)compile_log_format(format), std::invalid_argument);
    }
}

TEST_CASE("a JSON line is one object of all facts") {
    const Sample sample;

    const auto json = sample.json();
    CAPTURE(json);
    const auto read = FlatJson::read(json);

    REQUIRE(read);
    auto members = *read;
    CHECK(members["remote"] == "10.0.0.1:4000");
    CHECK(members["id"] == "the-id");
    CHECK(members["method"] == "GET");
    CHECK(members["target"] == "/a?b=c");
    CHECK(members["protocol"] == "HTTP/1.1");
    CHECK(members["status"] == "200");
    CHECK(members["bytes"] == "1234");
    CHECK(members["seconds"] == "1.234567");
    CHECK(members["referer"] == "http://r/");
    CHECK(members["user_agent"] == "agent");
    CHECK(members["pid"] == std::to_string(::getpid()));
    CHECK(shape(members["time"]) == "9999+99+99A99:99:99+9999");
    CHECK(members.size() == 12);
}

TEST_CASE("a JSON line is valid whatever the client sends") {
    Sample sample;
    const auto all = every_octet();
    sample.request.fields = {{"User-Agent", all}, {"Referer", all}};
    const auto line = "GET " + all + " HTTP/1.1";
    sample.served.request_line = line;

    const auto json = sample.json();
    const auto read = FlatJson::read(json);

    CHECK(json.find('\n') == std::string::npos);
    REQUIRE(read);
    CHECK(read->at("user_agent") == all);
    CHECK(read->at("target") == all);
}
