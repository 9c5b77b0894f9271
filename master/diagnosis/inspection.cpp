#include "master/diagnosis/inspection.h"

#include "master/diagnosis/descriptor.h"
#include "master/diagnosis/upstreams.h"
#include "master/diagnosis/waits_for.h"
#include "master/os/milliseconds.h"
#include "master/stacks/folded_stack.h"
#include "master/stacks/modules.h"
#include "master/stacks/parked_stack.h"
#include "master/stacks/stack.h"

#include <fmt/format.h>

#include <stdexcept>
#include <system_error>

namespace curfew::master {

namespace {

/// What makes two stacks the same: the functions, wherever in them.
std::string kind_of(const std::vector<Frame>& frames) {
    std::string kind;
    for (const auto& frame : frames) {
        kind += frame.function.empty() ? fmt::format("{:#x}", frame.address) : frame.function;
        kind += '\n';
    }
    return kind;
}

bool is_parked(const StuckRequest& subject) noexcept { return subject.cell->parked.load() != 0; }

/// Its thread could only tell its own stack, that of the event loop.
std::vector<Frame> stack_of_fiber(const StuckRequest& subject, Deadline deadline) {
    const auto modules = Modules::of(subject.pid);  // libdwfl keeps to one stack in each
    return modules.describe_parked(
        parked_stack_of(modules, subject.pid, subject.tid, subject.cell->parked, deadline));
}

}  // namespace

Inspection::Inspection(std::string heading, Say say, Ask ask)
    : heading_(std::move(heading)), say_(std::move(say)), ask_(std::move(ask)) {}

Inspection::~Inspection() = default;

/// So that grep finds every line by the request and by the process.
std::string Inspection::prefix(const StuckRequest& subject) const {
    return fmt::format("{}: request {} (pid {}): ", heading_, subject.id, subject.pid);
}

Finding Inspection::report(const StuckRequest& subject, Deadline deadline) {
    Finding finding;
    finding.doing = what_happens(subject, Deadline::in(deadline.remaining() / 2));
    say_(fmt::format("{}{} {}, route {}, age {} ms, limit {} ms: {}", prefix(subject),
                     subject.method, subject.target, subject.route, in_milliseconds(subject.age),
                     in_milliseconds(subject.limit), finding.doing));
    try {
        const auto frames = stack(subject, deadline);
        if (subject.cell->handler_over.load()) {
            throw std::runtime_error("its handler has returned since");
        }
        finding.stack = folded(frames);
        say_stack(subject, kind_of(frames), finding.stack);
    } catch (const std::exception& error) {
        say_(prefix(subject) + "  no stack: " + error.what());
    }
    return finding;
}

std::string Inspection::what_happens(const StuckRequest& subject, Deadline deadline) {
    const Upstreams upstreams(*subject.backends);
    std::string text;
    if (is_parked(subject)) {
        const int fd = subject.cell->waits_for.load();
        const auto what = describe_descriptor(subject.pid, fd, upstreams);
        text = fd < 0 ? "its fiber waits for time to pass; "
                      : fmt::format("its fiber waits for fd {} ({}); ", fd, what);
    }
    return text +
           fmt::format("thread {} {}", subject.tid,
                       what_it_does(subject.pid, subject.tid, subject.client, upstreams, deadline));
}

/// Null if they may not be known.
const Modules* Inspection::modules_of(pid_t pid) {
    if (modules_.first == pid) return modules_.second.get();
    modules_ = {pid, nullptr};
    try {
        modules_.second = std::make_unique<Modules>(Modules::of(pid));
    } catch (const std::runtime_error&) {
        // Whoever may not read this may not use ptrace either.
    }
    return modules_.second.get();
}

/// From outside; or, if that may not be, from its worker.
std::vector<Frame> Inspection::stack(const StuckRequest& subject, Deadline deadline) {
    const Modules* const modules = modules_of(subject.pid);
    if (!modules) return ask_(subject, deadline);
    try {
        if (is_parked(subject)) return stack_of_fiber(subject, deadline);
        return modules->describe(stack_of(*modules, subject.pid, subject.tid, deadline));
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::operation_not_permitted) throw;
        return ask_(subject, deadline);
    }
}

void Inspection::say_stack(const StuckRequest& subject, std::string kind,
                           const std::vector<std::string>& stack) {
    const auto [same, first] = seen_.try_emplace(std::move(kind), subject.id);
    if (!first) return say_(prefix(subject) + "  the same stack as request " + same->second);
    for (const auto& line : stack) say_(prefix(subject) + "  " + line);
}

}  // namespace curfew::master
