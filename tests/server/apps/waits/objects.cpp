#include "objects.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <utility>

using curfew::checked;
using curfew::checked_fd;

namespace waits {

namespace {

Ends pair_of(int type) {
    int ends[2];
    checked(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), "socketpair");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// Makes a descriptor non-blocking for a scope.
class NonBlocking {
  public:
    explicit NonBlocking(int fd) : fd_(fd), flags_(::fcntl(fd, F_GETFL)) {
        ::fcntl(fd_, F_SETFL, flags_ | O_NONBLOCK);
    }
    ~NonBlocking() { ::fcntl(fd_, F_SETFL, flags_); }
    NonBlocking(const NonBlocking&) = delete;
    NonBlocking& operator=(const NonBlocking&) = delete;

  private:
    int fd_;
    int flags_;
};

}  // namespace

std::string ended(long result, long expected) {
    if (result == expected) return {};
    return result < 0 ? ended_by(errno) : std::to_string(result);
}

std::string ended_by(int error) { return error == 0 ? "" : ::strerrorname_np(error); }

Ends socket_pair() { return pair_of(SOCK_STREAM); }
Ends datagram_pair() { return pair_of(SOCK_DGRAM); }

Ends pipe_pair() {
    int ends[2];
    checked(::pipe2(ends, O_CLOEXEC), "pipe2");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void put_byte(int fd) { checked(static_cast<int>(::write(fd, "x", 1)), "write"); }

void drain(int fd) {
    const NonBlocking scope(fd);
    std::array<char, 65536> bytes;
    while (::read(fd, bytes.data(), bytes.size()) > 0) continue;
}

void fill(int fd) {
    const NonBlocking scope(fd);
    static const std::array<char, 4096> bytes{};
    while (::write(fd, bytes.data(), bytes.size()) > 0) continue;
}

Gate::Gate() : fd_(checked_fd(::eventfd(0, EFD_CLOEXEC), "eventfd")) {}

void Gate::open() noexcept { ::eventfd_write(fd_.get(), 1); }

void Gate::wait() const noexcept {
    while (!wait(-1)) continue;
}

bool Gate::wait(int milliseconds) const noexcept {
    pollfd wanted{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&wanted, 1, milliseconds) == 1;
}

Holder::Holder(std::function<void()> lock, std::function<void()> unlock)
    : thread_([this, lock = std::move(lock), unlock = std::move(unlock)] {
          lock();
          holds_.open();
          let_go_.wait();
          unlock();
          released_.open();
      }) {
    holds_.wait();
}

Holder::~Holder() {
    release();
    thread_.join();
}

void Holder::release_and_wait() noexcept {
    release();
    released_.wait();
}

Place::Place() {
    auto name = (std::filesystem::temp_directory_path() / "waits-XXXXXX").string();
    if (!::mkdtemp(name.data())) checked(-1, "mkdtemp");
    directory_ = name;
    path_ = directory_ + "/it";
}

Place::~Place() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

Fifo::Fifo() {
    checked(::mkfifo(place.path().c_str(), 0600), "mkfifo");
    both = checked_fd(::open(place.path().c_str(), O_RDWR | O_CLOEXEC), "open");
}

}  // namespace waits
