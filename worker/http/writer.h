#pragma once

#include "handlers/http/response.h"
#include "worker/http/body_memory.h"

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace curfew::worker {

/// The lines that every response has alike, made once a second: the Server and Date fields.
class DateClock {
  public:
    /// The Date field.
    [[nodiscard]] std::string_view date();

    /// The Server field, and the Date field behind it.
    [[nodiscard]] std::string_view server_and_date();

  private:
    void tell_time();

    std::time_t second_ = 0;
    std::string text_;
};

/// How a response must be framed for the request that it answers.
struct Framing {
    bool http_1_1 = true;
    bool head = false;  ///< the request was HEAD: no body
    bool keep_alive = true;
    std::string_view id;
};

/// Sends one response at a time: head, then body, as far as the socket takes it.
class Writer {
  public:
    /// `memory` must outlive the writer.
    explicit Writer(BodyMemory& memory) noexcept : memory_(memory) {}

    enum class Progress {
        done,
        blocked,      ///< go on when the socket can be written
        wants_chunk,  ///< give it the stream's next piece with add()
        failed,       ///< the connection is broken
    };

    /// Prepares a response, whose body it takes, to be written. `scratch` lends its memory for the
    /// head, so that most responses need none of their own: see reset(). Whether the connection can
    /// be kept afterwards: keeps_alive().
    void begin(Response& response, const Framing& framing, DateClock& clock, std::string& scratch);

    /// All that will be sent; nothing for a stream. To be asked before the first write().
    [[nodiscard]] std::optional<std::uint64_t> length() const noexcept;

    /// Sends more of what is there. If the socket takes no more, and more than `always_in_memory`
    /// is left of a body that the handler made in memory, the rest stays there as long as there is
    /// room for it in the BodyMemory; else it is moved to a temporary file. So slow clients cost
    /// disk space, and not memory.
    [[nodiscard]] Progress write(int fd);
    static constexpr std::size_t always_in_memory = 1 << 20;

    /// The stream to pull pieces from, on `wants_chunk`.
    [[nodiscard]] Chunks& chunks() noexcept { return std::get<Chunks>(body_); }

    /// The stream's next piece; nothing at its end.
    void add(const std::optional<std::string>& chunk);

    [[nodiscard]] bool keeps_alive() const noexcept { return keep_alive_; }
    [[nodiscard]] std::uint64_t body_bytes() const noexcept { return body_bytes_; }

    /// What write() has sent of this response, head and framing included.
    [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }

    /// Frees what the response held; the memory of its head goes back to `scratch`.
    void reset(std::string& scratch) noexcept;

  private:
    [[nodiscard]] Progress send_file(int fd);
    void keep_rest() noexcept;
    void move_to_file(std::string_view rest) noexcept;

    BodyMemory& memory_;
    BodyMemory::Share share_;  ///< of the rest of a string, while there is one
    std::string pending_;      ///< head or chunks not yet sent
    std::size_t pending_sent_ = 0;
    Body body_;
    std::size_t body_sent_ = 0;  ///< of a string
    bool no_file_ = false;       ///< what is left of a string could not be moved to a file
    bool streaming_ = false;
    bool chunked_ = false;
    bool keep_alive_ = false;
    std::uint64_t body_bytes_ = 0;
    std::uint64_t bytes_sent_ = 0;
};

}  // namespace curfew::worker
