#include "worker/shared/orders.h"

#include "handlers/context/copies.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <csignal>

namespace curfew::worker {

namespace {

WorkerLine* own_line = nullptr;
int own_fd = -1;

Order order_of(int signal) noexcept {
    switch (signal) {
        case SIGTERM:
            return Order::finish;
        case SIGTTOU:
            return Order::leave;
        default:
            return Order::reopen;
    }
}

void on_order(int signal) noexcept {
    const int error = errno;
    if (is_copy()) {
        ::signal(signal, SIG_DFL);
        ::raise(signal);  // it is delivered when this handler has returned
    } else {
        give_order(*own_line, own_fd, order_of(signal));
    }
    errno = error;
}

void handle(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask);  // nested handlers would overflow the signal stack
    checked(::sigaction(signal, &action, nullptr), "sigaction");
}

}  // namespace

void give_order(WorkerLine& line, int fd, Order order) noexcept {
    line.orders.fetch_or(static_cast<std::uint32_t>(order));
    ::eventfd_write(fd, 1);
}

void take_orders_by_signals(WorkerLine& line, int fd) {
    own_line = &line;
    own_fd = fd;
    for (const int signal : {SIGTERM, SIGTTOU, SIGUSR1}) handle(signal, on_order);
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTTIN, SIGPIPE}) {
        handle(signal, [](int) {});
    }
}

}  // namespace curfew::worker
