#include "master/workers/copies.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace curfew::master {

void report_copies(Workers& workers) {
    for (auto& child : workers) {
        const auto note = child.board().line().copy_note.take();
        if (!note) continue;
        const auto whose = note->route.empty() ? std::string("a function under a strategy")
                                               : "route " + note->route;
        spdlog::error(
            "worker {} (pid {}): process {}, forked by {}{}, came back from there and was ended{}: "
            "only the worker answers; let such a process end by _exit, or execute a program",
            child.slot() + 1, child.pid(), note->pid, whose,
            note->request.empty() ? "" : " in request " + note->request,
            note->others == 0 ? "" : fmt::format(", as were {} more", note->others));
    }
}

}  // namespace curfew::master
