#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace demo {

/// Notes that a call runs on this thread, from now to the end of a scope. The note is of this
/// process only: a child's is its own.
class Running {
  public:
    explicit Running(std::uint64_t call) noexcept;
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

  private:
    std::size_t slot_;
};

/// A number for a call, different from every other of this process.
[[nodiscard]] std::uint64_t new_call() noexcept;

/// What the thread that runs this call does: "thread 4711 computes", "thread 4711 waits in
/// futex_wait_queue". Empty once it runs no more.
[[nodiscard]] std::string what_runs(std::uint64_t call);

/// The same of every call that runs in this process.
[[nodiscard]] std::vector<std::string> what_runs();

}  // namespace demo
