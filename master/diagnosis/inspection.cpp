#include "master/diagnosis/inspection.h"

#include "master/diagnosis/descriptor.h"
#include "master/diagnosis/upstreams.h"
#include "master/diagnosis/waits_for.h"
#include "handlers/base/milliseconds.h"
#include "master/stacks/folded_stack.h"
#include "master/stacks/modules.h"
#include "master/stacks/parked_stack.h"
#include "master/stacks/stack.h"

#include <fmt/format.h>

#include <stdexcept>
#include <system_error>

namespace curfew::master {

namespace {

/// Two stacks with the same key have the same functions, not necessarily the same lines in them.
std::string kind_of(const std::vector<Frame>& frames) {
    std::string kind;
    for (const auto& frame : frames) {
        kind += frame.function.empty() ? fmt::format("{:#x}", frame.address) : frame.function;
        kind += '\n';
    }
    return kind;
}

bool is_parked(const StuckRequest& request) noexcept { return request.cell->parked.load() != 0; }

/// The stack of a parked fiber. The stack of its thread is that of the event loop.
std::vector<Frame> stack_of_fiber(const StuckRequest& request, Deadline deadline) {
    const auto modules = Modules::of(request.pid);  // libdwfl reads only one stack with each
    return modules.describe_parked(
        parked_stack_of(modules, request.pid, request.tid, request.cell->parked, deadline));
}

}  // namespace

Inspection::Inspection(std::string heading, Say say, Ask ask)
    : heading_(std::move(heading)), say_(std::move(say)), ask_(std::move(ask)) {}

Inspection::~Inspection() = default;

/// The begin of each line, so that grep finds all lines of a request or of a process.
std::string Inspection::prefix(const StuckRequest& request) const {
    return fmt::format("{}: request {} (pid {}): ", heading_, request.id, request.pid);
}

Finding Inspection::report(const StuckRequest& request, Deadline deadline) {
    Finding finding;
    finding.doing = what_happens(request, Deadline::in(deadline.remaining() / 2));
    say_(fmt::format("{}{} {}, route {}, age {} ms, limit {} ms: {}", prefix(request),
                     request.method, request.target, request.route, in_milliseconds(request.age),
                     in_milliseconds(request.limit), finding.doing));
    try {
        const auto frames = stack(request, deadline);
        if (request.cell->handler_over.load()) {
            throw std::runtime_error("its handler has returned meanwhile");
        }
        finding.stack = folded(frames);
        say_stack(request, kind_of(frames), finding.stack);
    } catch (const std::exception& error) {
        say_(prefix(request) + "  no stack: " + error.what());
    }
    return finding;
}

std::string Inspection::what_happens(const StuckRequest& request, Deadline deadline) {
    const Upstreams upstreams(*request.backends);
    std::string text;
    if (is_parked(request)) {
        const int fd = request.cell->waits_for.load();
        const auto what = describe_descriptor(request.pid, fd, upstreams);
        text = fd < 0 ? "its fiber waits for time to pass; "
                      : fmt::format("its fiber waits for fd {} ({}); ", fd, what);
    }
    return text +
           fmt::format("thread {} {}", request.tid,
                       what_it_does(request.pid, request.tid, request.client, upstreams, deadline));
}

/// Null if this process has no right to read them.
const Modules* Inspection::modules_of(pid_t pid) {
    if (modules_.first == pid) return modules_.second.get();
    modules_ = {pid, nullptr};
    try {
        modules_.second = std::make_unique<Modules>(Modules::of(pid));
    } catch (const std::runtime_error&) {
        // A process that may not read the maps may not use ptrace either.
    }
    return modules_.second.get();
}

/// Reads the stack from outside, or asks the worker if there is no right to do that.
std::vector<Frame> Inspection::stack(const StuckRequest& request, Deadline deadline) {
    const Modules* const modules = modules_of(request.pid);
    if (!modules) return ask_(request, deadline);
    try {
        if (is_parked(request)) return stack_of_fiber(request, deadline);
        return modules->describe(stack_of(*modules, request.pid, request.tid, deadline));
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::operation_not_permitted) throw;
        return ask_(request, deadline);
    }
}

void Inspection::say_stack(const StuckRequest& request, std::string kind,
                           const std::vector<std::string>& stack) {
    const auto [same, first] = seen_.try_emplace(std::move(kind), request.id);
    if (!first) return say_(prefix(request) + "  the same stack as request " + same->second);
    for (const auto& line : stack) say_(prefix(request) + "  " + line);
}

}  // namespace curfew::master
