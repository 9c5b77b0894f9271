#pragma once

#include "tools/impairment/conditions.h"

#include <deque>
#include <random>
#include <string>
#include <string_view>

namespace curfew::impairment {

/// What has been taken from the sender of one direction and not yet been given to the receiver: the
/// latency is spent here.
class Queue {
  public:
    /// Bytes and pieces above which no more are taken, so that the sender feels the receiver's pace
    /// and memory is bounded.
    static constexpr std::size_t most_bytes = 256 * 1024;
    static constexpr std::size_t most_pieces = 1024;

    [[nodiscard]] bool full() const noexcept {
        return bytes_ >= most_bytes || pieces_.size() >= most_pieces;
    }
    [[nodiscard]] bool empty() const noexcept { return pieces_.empty(); }

    /// What was received at one time. An empty piece is the end of the stream.
    void add(std::string bytes, Time came);

    /// What is left of the first piece. The queue must not be empty.
    [[nodiscard]] std::string_view head() const noexcept;
    /// When the latency of the first piece is over.
    [[nodiscard]] Time due(const Conditions& conditions) const noexcept;
    /// Takes so many bytes off the first piece.
    void pop(std::size_t count) noexcept;

  private:
    struct Piece {
        std::string bytes;
        Time came;
        double luck;  // of the jitter, from -1 to 1
    };

    std::deque<Piece> pieces_;
    std::size_t bytes_ = 0;   // of all pieces
    std::size_t popped_ = 0;  // of the first one
    std::minstd_rand random_;
};

}  // namespace curfew::impairment
