#include "helpers.h"

#include "../../context/pooled_token.h"
#include "child_process.h"
#include "message.h"
#include "pidfd.h"
#include "zygote.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <vector>
#include <utility>

namespace curfew {

namespace {

/// Releases a lock for a scope.
class Unlocked {
  public:
    explicit Unlocked(std::unique_lock<std::mutex>& lock) : lock_(lock) { lock_.unlock(); }
    ~Unlocked() { lock_.lock(); }
    Unlocked(const Unlocked&) = delete;
    Unlocked& operator=(const Unlocked&) = delete;

  private:
    std::unique_lock<std::mutex>& lock_;
};

}  // namespace

/// A caller that waits for a helper. It is in the queue until it has got one, or gives up. The lock
/// is held except during the wait itself.
class Helpers::Waiter {
  public:
    explicit Waiter(Helpers& helpers) : helpers_(helpers) { helpers.waiting_.push_back(this); }
    ~Waiter() {
        std::erase(helpers_.waiting_, this);
        if (helper_) helpers_.give(std::move(*helper_));
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    /// Returns when this caller has got a helper, or when the zygote has sent something.
    void wait(std::unique_lock<std::mutex>& lock) {
        const Unlocked meanwhile(lock);
        std::array<pollfd, 2> wanted{
            pollfd{.fd = has_one_->fd(), .events = POLLIN, .revents = 0},
            pollfd{.fd = helpers_.zygote_socket_.get(), .events = POLLIN, .revents = 0}};
        wait_for(wanted);
    }

    void give(Helper helper) {
        helper_ = std::move(helper);
        has_one_->raise();
    }

    [[nodiscard]] std::optional<Helper> take() { return std::exchange(helper_, std::nullopt); }

  private:
    Helpers& helpers_;
    PooledToken has_one_;
    std::optional<Helper> helper_;
};

void Helpers::start(int count, const Begin& begin) {
    if (owner_ != 0) throw std::logic_error("helpers: they have been started already");
    check_single_threaded("strategy process");
    const pid_t parent = ::getpid();
    auto self = open_pidfd(parent);
    MessagePair pair;
    owner_ = parent;
    zygote_ = checked(::fork(), "fork");
    if (zygote_ == 0) {
        pair.ours.reset();
        Zygote::begin(std::move(self), std::move(pair.theirs), count, begin);
    }
    zygote_socket_ = std::move(pair.ours);
    zygote_pidfd_ = open_pidfd(zygote_);
}

void Helpers::stop() noexcept {
    if (here() != Here::yes || zygote_ == 0) return;
    ::shutdown(zygote_socket_.get(), SHUT_RDWR);
    while (::waitpid(zygote_, nullptr, 0) < 0 && errno == EINTR) continue;
    zygote_ = 0;
}

Helpers::Here Helpers::here() const noexcept {
    if (owner_ == 0) return Here::none;
    return owner_ == ::getpid() ? Here::yes : Here::above;
}

Helper Helpers::take() {
    auto lock = mutex_.locked();
    if (idle_.empty()) welcome_new();
    if (!idle_.empty()) {
        auto helper = std::move(idle_.back());
        idle_.pop_back();
        return helper;
    }
    Waiter waiter(*this);
    while (!zygote_gone_) {
        waiter.wait(lock);
        welcome_new();
        if (auto helper = waiter.take()) return std::move(*helper);
    }
    throw std::runtime_error(
        "strategy process: the zygote that forks its helpers has died, and the helpers with it");
}

void Helpers::put(Helper helper) {
    const std::lock_guard lock(mutex_);
    give(std::move(helper));
}

void Helpers::give(Helper helper) {
    if (waiting_.empty()) return idle_.push_back(std::move(helper));
    waiting_.front()->give(std::move(helper));
    waiting_.pop_front();
}

void Helpers::welcome_new() {
    while (!zygote_gone_) {
        Incoming incoming;
        const auto state = incoming.receive(zygote_socket_.get(), MSG_DONTWAIT);
        if (state == Incoming::State::nothing) return;
        if (state == Incoming::State::whole) {
            auto fds = std::move(incoming.take().payload.fds);
            give({.socket = std::move(fds.at(0)), .pidfd = std::move(fds.at(1))});
        } else {
            zygote_gone_ =
                true;  // stop() reaps it: a socket closes before its process can be reaped
        }
    }
}

Helpers& helpers() noexcept {
    // Never destroyed: calls may still be under way at exit.
    static Helpers& only = *new Helpers;
    return only;
}

}  // namespace curfew
