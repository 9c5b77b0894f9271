// pthread_create(), which replaces libc's own: see README.md in this folder. A thread that a
// function with a limit starts, by std::thread, std::async or a library, has the limit as well, for
// as long as the function runs.
#include "../context/current_limit.h"
#include "../context/lent_limit.h"
#include "libc.h"

#include <pthread.h>

#include <cerrno>
#include <memory>
#include <new>

namespace curfew {

namespace {

/// What a new thread is given.
struct Start {
    void* (*routine)(void*);
    void* argument;
    CurrentLimit limit;
    LentLimit* lent;
};

/// The limit of a thread, until it ends, whether it returns, calls pthread_exit() or is cancelled.
class BorrowedLimit {
  public:
    explicit BorrowedLimit(const Start& start) noexcept : lent_(start.lent) {
        current_context = start.limit.applied();
        current_context.borrowed = lent_;
    }
    ~BorrowedLimit() {
        current_context = {};
        lent_->give_back();
    }
    BorrowedLimit(const BorrowedLimit&) = delete;
    BorrowedLimit& operator=(const BorrowedLimit&) = delete;

  private:
    LentLimit* lent_;
};

/// Not noexcept, because the end of a thread may unwind it.
void* run(void* data) {
    const Start start = *static_cast<Start*>(data);
    delete static_cast<Start*>(data);
    const BorrowedLimit limit(start);
    return start.routine(start.argument);
}

/// Null if there is no memory.
Start* make_start(void* (*routine)(void*), void* argument) noexcept {
    auto& context = current_context;
    if (!context.borrowed && !context.lends) context.lends = new (std::nothrow) LentLimit;
    LentLimit* const lent = context.borrowed ? context.borrowed : context.lends;
    if (!lent) return nullptr;
    auto* const start = new (std::nothrow) Start{routine, argument, CurrentLimit(), lent};
    if (start) lent->borrow();
    return start;
}

}  // namespace

}  // namespace curfew

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*routine)(void*), void* argument) noexcept {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::pthread_create)>("pthread_create");
    if (unlimited() || current_context.end_of_waits().is_never())
        return real(thread, attributes, routine, argument);
    Start* const start = make_start(routine, argument);
    if (!start) return EAGAIN;
    const int error = real(thread, attributes, run, start);
    if (error != 0) {
        start->lent->give_back();
        delete start;
    }
    return error;
}
