#include "watch.h"

#include "../json.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <sstream>

using namespace curfew;

namespace demo::lab {

namespace {

/// From one look at the workers to the next.
constexpr int look_every_ms = 10;

/// Without events for so long, a comment is sent.
constexpr double silence_ms = 250;

std::string json_ms(double number) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", number);
    return text.data();
}

template <typename Number>
std::optional<Number> take_number(std::string_view& text) {
    Number number{};
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    if (result.ec != std::errc() || number < 0) return {};
    text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
    return number;
}

/// "begin 3 4711" or "end 3 4711"; anybody may have sent it.
struct Told {
    std::string_view what;
    int request;
    pid_t pid;

    static std::optional<Told> parse(std::string_view line) {
        const auto space = line.find(' ');
        const auto what = line.substr(0, space);
        if (space == std::string_view::npos || (what != "begin" && what != "end")) return {};
        line.remove_prefix(space + 1);
        const auto request = take_number<int>(line);
        if (!request || !line.starts_with(' ')) return {};
        line.remove_prefix(1);
        const auto pid = take_number<pid_t>(line);
        if (!pid || !line.empty()) return {};
        return Told{what, *request, *pid};
    }
};

std::string workers_json(const Workers& workers) {
    std::string list;
    for (const auto& [pid, state] : workers) {
        JsonObject worker;
        worker.add("pid", std::to_string(pid));
        worker.add("state", json_string(state));
        list.append(list.empty() ? "" : ", ").append(worker.text());
    }
    return "[" + list + "]";
}

}  // namespace

double now_ms() {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    return Milliseconds(Deadline::Clock::now().time_since_epoch()).count();
}

std::string Bookmark::text() const {
    auto all = std::to_string(ends_ms) + "-" + std::to_string(seen_ms);
    for (const auto& [pid, state] : workers) all += "-" + std::to_string(pid);
    return all;
}

Bookmark Bookmark::parse(std::string_view text) {
    const auto ends = take_number<long>(text);
    bool good = ends.has_value() && text.starts_with('-');
    if (good) text.remove_prefix(1);
    const auto seen = take_number<long>(text);
    good = good && seen.has_value();
    Bookmark bookmark{.ends_ms = ends.value_or(0), .seen_ms = seen.value_or(0), .workers = {}};
    while (good && text.starts_with('-')) {
        text.remove_prefix(1);
        const auto pid = take_number<pid_t>(text);
        good = pid.has_value();
        if (good) bookmark.workers.emplace(*pid, "ready");
    }
    if (!good || !text.empty()) throw HttpError(400, "that Last-Event-ID is none of ours");
    return bookmark;
}

Watch::Watch(Inbox inbox, const Network& network, const std::optional<Bookmark>& resumed)
    : inbox_(std::move(inbox)), in_force_(network), network_(network), looked_ms_(now_ms()) {
    const auto latest =
        static_cast<long>(looked_ms_ + std::chrono::duration<double, std::milli>(longest).count());
    seen_ = resumed.value_or(Bookmark{
        .ends_ms = latest, .seen_ms = static_cast<long>(looked_ms_), .workers = look_at_workers()});
    seen_.ends_ms = std::min(seen_.ends_ms, latest);
    looked_ms_ = std::min(looked_ms_, static_cast<double>(seen_.seen_ms));
    first_ = hello(resumed.has_value());
}

std::optional<std::string> Watch::next() {
    if (over_) return std::nullopt;
    if (!first_.empty()) return std::exchange(first_, {});
    const auto quiet_until = now_ms() + silence_ms;
    while (true) {
        pollfd told{.fd = inbox_.fd(), .events = POLLIN, .revents = 0};
        ::poll(&told, 1, look_every_ms);
        auto events = look();
        if (!over_ && now_ms() >= static_cast<double>(seen_.ends_ms)) {
            over_ = true;
            events += event("bye", R"("why": "time")");
        }
        if (!events.empty()) return events;
        if (now_ms() >= quiet_until) return ": still here\n\n";
    }
}

std::string Watch::hello(bool resumed) {
    JsonObject members;
    members.add("watcher", std::to_string(::getpid()));
    members.add("network", json_string(network_.name));
    members.add("resumed", resumed ? "true" : "false");
    members.add("ends", std::to_string(seen_.ends_ms));
    members.add("workers", workers_json(seen_.workers));
    const auto text = members.text();
    return "retry: 100\n" + event("hello", text.substr(1, text.size() - 2));
}

/// What a worker has sent before it died is there once its death is seen, and is told first.
std::string Watch::look() {
    const auto workers = look_at_workers();
    auto events = look_at_requests();
    const auto all = changes(seen_.workers, workers);
    seen_.workers = workers;
    for (const auto& [pid, state] : all) {
        const auto who = "\"pid\": " + std::to_string(pid);
        if (state.empty()) {
            events += event("death", who);
        } else {
            events += event("worker", who + ", \"state\": " + json_string(state));
        }
    }
    if (over_) events += event("bye", R"("why": "done")");
    looked_ms_ = now_ms();
    seen_.seen_ms = static_cast<long>(looked_ms_);
    return events;
}

std::string Watch::look_at_requests() {
    std::string events;
    for (const auto& line : inbox_.take()) {
        over_ |= line == "done " + std::to_string(seen_.ends_ms);
        const auto told = Told::parse(line);
        if (!told) continue;
        events += event(told->what, "\"request\": " + std::to_string(told->request) +
                                        ", \"pid\": " + std::to_string(told->pid));
    }
    return events;
}

/// `since`: when we have looked before. It happened between then and `t`.
std::string Watch::event(std::string_view name, const std::string& members) const {
    std::string text = "id: " + seen_.text() + "\nevent: ";
    text.append(name).append("\ndata: {\"t\": ").append(json_ms(now_ms())).append(", \"since\": ");
    return text.append(json_ms(looked_ms_)).append(", ").append(members).append("}\n\n");
}

}  // namespace demo::lab
