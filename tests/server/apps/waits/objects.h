#pragma once

#include <curfew/base/unique_fd.h>

#include <functional>
#include <string>
#include <thread>

namespace waits {

using curfew::UniqueFd;

/// "" if a call has returned what was expected; else its errno, or what it has returned.
[[nodiscard]] std::string ended(long result, long expected);
/// The same for functions that return an errno.
[[nodiscard]] std::string ended_by(int error);

/// Two ends, connected. What is written to `far` is read from `near`.
struct Ends {
    UniqueFd near;
    UniqueFd far;
};
[[nodiscard]] Ends socket_pair();
[[nodiscard]] Ends datagram_pair();
[[nodiscard]] Ends pipe_pair();  ///< `near` reads

void put_byte(int fd);
/// Reads what there is, without waiting.
void drain(int fd);
/// Writes until no more fits, without waiting.
void fill(int fd);

/// Opens once, and stays open. Uses nothing that the bench tries, as its waiters have no limit.
class Gate {
  public:
    Gate();
    void open() noexcept;
    void wait() const noexcept;
    /// True if it is open; waits for that so long.
    [[nodiscard]] bool wait(int milliseconds) const noexcept;

  private:
    UniqueFd fd_;
};

/// A thread that holds a lock until it is told to release it.
class Holder {
  public:
    /// Returns once the thread has called `lock`.
    Holder(std::function<void()> lock, std::function<void()> unlock);
    ~Holder();
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    void release() noexcept { let_go_.open(); }
    /// Returns once `unlock` has been called.
    void release_and_wait() noexcept;

  private:
    Gate holds_;
    Gate let_go_;
    Gate released_;
    std::thread thread_;
};

/// A name in a directory of its own, which goes with it.
class Place {
  public:
    Place();
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    std::string directory_;
    std::string path_;
};

/// A FIFO that this process holds open at both ends, so that nobody waits to open it.
struct Fifo {
    Fifo();
    Place place;
    UniqueFd both;
};

}  // namespace waits
