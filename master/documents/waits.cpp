#include "master/documents/waits.h"

#include "handlers/waits/table.h"
#include "master/documents/marked_part.h"

#include <string_view>

namespace curfew::master {

namespace {

constexpr std::string_view begin_mark = "<!-- Waits, written by tools/generate -->\n\n";
constexpr std::string_view end_mark = "\n<!-- End of the waits -->\n";

/// "read, readv" → "`read`, `readv`"
std::string code(std::string_view names) {
    std::string text = "`" + std::string(names) + "`";
    for (std::size_t at = 0; (at = text.find(", ", at)) != text.npos; at += 4) {
        text.replace(at, 2, "`, `");
    }
    return text;
}

std::string at_limit(const LimitedWait& wait) {
    const std::string exception(wait.exception);
    if (wait.at_limit.empty()) return "waits on: " + exception;
    return code(wait.at_limit) + (exception.empty() ? "" : "; but " + exception);
}

std::string row(const LimitedWait& wait) {
    const std::string of = wait.of.empty() ? "" : " of " + std::string(wait.of);
    return "| " + code(wait.calls) + of + " | " + at_limit(wait) + " | " +
           std::string(in_words(wait.on_fiber)) + " |\n";
}

std::string table() {
    std::string text;
    const LimitedWait* before = nullptr;
    for (const auto& wait : limited_waits()) {
        if (!before || before->kind != wait.kind) {
            text.append(before ? "\n" : "").append("| ").append(in_words(wait.kind));
            text += " | at the limit | a fiber |\n|---|---|---|\n";
        }
        text += row(wait);
        before = &wait;
    }
    return text;
}

}  // namespace

std::string manual_with_waits(const std::string& manual) {
    return with_marked_part("docs/manual.md", manual, begin_mark, end_mark, table());
}

}  // namespace curfew::master
