#include "master/setup/preflight.h"

#include "handlers/base/timespec.h"
#include "handlers/base/unique_fd.h"
#include "handlers/context/copies.h"
#include "master/config/units.h"
#include "master/os/signals.h"
#include "master/os/title.h"
#include "master/os/wait_status.h"
#include "master/setup/identity.h"
#include "worker/app/application.h"
#include "worker/process/stray_signals.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>

namespace curfew::master {

namespace {

using worker::ApplicationError;
using Status = ApplicationError::Status;

/// The process that loads the application.
class Preflight {
  public:
    explicit Preflight(const Release& release);
    ~Preflight();
    Preflight(const Preflight&) = delete;
    Preflight& operator=(const Preflight&) = delete;

    /// False while the process runs. Throws ApplicationError if it has ended with a failure.
    [[nodiscard]] bool passed();

  private:
    [[noreturn]] void load(const Release& release, const Identity& identity, int report);
    [[nodiscard]] std::string report() const;

    UniqueFd report_;
    pid_t master_ = ::getpid();
    pid_t pid_ = 0;  ///< 0: it has ended
};

/// A report is one byte, the exit status, and then the text of an error, if there is one.
constexpr std::size_t longest_report = 4096;

Preflight::Preflight(const Release& release) {
    const auto& options = release.options;
    const Identity identity(options.user, options.group);
    int ends[2];
    checked(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe2");
    report_.reset(ends[0]);
    const UniqueFd report(ends[1]);
    pid_ = checked(::fork(), "fork");
    if (pid_ == 0) load(release, identity, report.get());
}

Preflight::~Preflight() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Preflight::load(const Release& release, const Identity& identity, int report) {
    auto status = Status{};
    std::string text;
    std::unique_ptr<worker::Application> application;  // is not unloaded: its threads may run
    try {
        set_title(release.options.proc_name + ": loading");
        identity.assume();
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // changing the user clears this
        if (::getppid() != master_) ::_exit(0);
        worker::survive_stray_signals();
        Signals::unblock();
        be_the_original();
        application =
            std::make_unique<worker::Application>(release.options.worker, *release.application);
    } catch (const ApplicationError& error) {
        status = error.status();
        text = error.what();
    } catch (const std::exception& error) {
        status = Status::application;
        text = error.what();
    }
    text.insert(text.begin(), static_cast<char>(status));
    (void)!::write(report, text.data(), std::min(text.size(), longest_report));
    ::_exit(0);
}

bool Preflight::passed() {
    int end = 0;
    if (::waitpid(pid_, &end, WNOHANG) != pid_) return false;
    pid_ = 0;
    const auto said = report();
    if (said.empty()) {
        const int status = WIFEXITED(end) && WEXITSTATUS(end) != 0 ? WEXITSTATUS(end) : 3;
        throw ApplicationError("the application cannot be loaded: it " + describe_end(end),
                               Status{status});
    }
    if (said[0] != 0) throw ApplicationError(said.substr(1), Status{said[0]});
    return true;
}

/// Reads once, without waiting for the end of the pipe: a process that the application has forked
/// may hold the other end open.
std::string Preflight::report() const {
    std::string text(longest_report, '\0');
    const auto size = ::read(report_.get(), text.data(), text.size());
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
}

sigset_t awaited() noexcept {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGQUIT}) sigaddset(&set, signal);
    return set;
}

}  // namespace

bool preflight(const Release& release) {
    const auto& options = release.options;
    const Signals blocked;  // so that no signal is lost before the master reads them
    Preflight preflight(release);
    const auto deadline = Deadline::in(options.boot_timeout);
    const auto signals = awaited();
    while (!preflight.passed()) {
        if (deadline.passed()) {
            throw ApplicationError(
                "the application cannot be loaded: it took longer than boot_timeout, " +
                format_duration(options.boot_timeout));
        }
        const auto left = to_timespec(deadline.remaining());
        const int signal = ::sigtimedwait(&signals, nullptr, &left);
        if (signal > 0 && signal != SIGCHLD) return false;
    }
    return true;
}

}  // namespace curfew::master
