#pragma once

#include "worker/clients/context.h"
#include "worker/clients/cpu_account.h"
#include "worker/clients/harakiri_extension.h"
#include "worker/http/parser.h"
#include "worker/http/request_id.h"
#include "worker/shared/handover.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace curfew::worker {

/// One request of a connection and its response, from the first byte of the request until the
/// response is sent; then the next one, with a fresh state. An exchange has the handler run, tells
/// the master about that in the scoreboard, and makes the responses for which no handler runs. It
/// reads and writes no socket. All on the loop's thread, except run(), which the executor calls.
class Exchange final : private Task {
  public:
    using Time = Deadline::Clock::time_point;

    /// `cell`: the cell of the connection in the scoreboard. `parser` has its requests. `done` is
    /// called when a job ends that handle() or pull() has not completed at once; it may destroy
    /// this object.
    Exchange(Context& context, std::size_t cell, Parser& parser, const Peer& peer,
             std::function<void()> done);
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    /// The request has arrived in several pieces.
    void arrives_in_pieces();

    /// Continues a request that another worker has received, in part or as a whole.
    void continue_from(const Handover& handover);

    /// Logs a request that a keeper has answered for its dead worker, which could not log it.
    void log_answered(const Handover& handover);

    /// Whether the request has its response already, although its body has not arrived.
    [[nodiscard]] bool answered_by_head();

    /// Makes the response to a message that is no valid request.
    void refuse(const Refusal& refusal);

    /// To be called when the request is complete. True if handle() is to be called; false if the
    /// request has a response already.
    [[nodiscard]] bool begin(int socket);

    /// When the request was complete, in this worker or in the one before.
    [[nodiscard]] Time started() const noexcept { return state_.started; }

    /// Has the executor run the handler. True if that is done already. When it is done, handled()
    /// is to be called.
    [[nodiscard]] bool handle() { return submit(nullptr); }
    void handled() noexcept;

    [[nodiscard]] Response& response() noexcept { return *state_.response; }

    /// Has the executor make the next piece of the body. True if that is done already.
    [[nodiscard]] bool pull(Chunks& stream) { return submit(&stream); }

    /// Whether the job that runs, or was done last, is a piece of a stream.
    [[nodiscard]] bool pulling() const noexcept { return state_.stream != nullptr; }
    [[nodiscard]] bool pull_failed() const noexcept { return state_.pull_failed; }
    [[nodiscard]] std::optional<std::string> take_piece() noexcept;

    /// To be called when the client does not take the response at once.
    void wait_to_write(Time now) noexcept;

    /// Writes the line of the access log.
    void log(std::uint64_t body_bytes, Time now) const;

    /// To be called when the response is sent, or never will be: prepares for the next request.
    void end() noexcept;

  private:
    struct State {
        Time first_byte{};    ///< not set if the request came all at once
        bool judged = false;  ///< by its head, before its body

        Time arrived{};                       ///< at another worker; not set if it came here
        std::string given_id;                 ///< by that
        Deadline budget = Deadline::never();  ///< what that has left of its harakiri

        RequestIds::Text made_id{};
        const Route* route = nullptr;
        std::optional<Time> lease;  ///< it is the probe of a circuit breaker until then
        Time started{};
        Duration waited = Duration::zero();  ///< in queues, before that
        bool late_by_header = false;         ///< it is a proxy that says so

        std::optional<Response> response;
        bool answering = false;  ///< the cell is ours to finish

        Chunks* stream = nullptr;
        std::optional<std::string> piece;
        bool pull_failed = false;
        Time fruitless_since{};  ///< the pieces are empty; unset: are not
    };

    void identify();
    [[nodiscard]] bool adopted() const noexcept { return state_.arrived != Time{}; }
    [[nodiscard]] std::optional<Response> refused_by_breaker();
    [[nodiscard]] Response refusal_by(const CircuitBreaker& breaker, Time now);
    [[nodiscard]] Duration queue_time(int socket);
    void note_late_start(Time now);

    [[nodiscard]] bool submit(Chunks* stream);
    void run() noexcept override;
    void done() noexcept override;
    void parked(std::uint64_t address, int fd) noexcept override;
    void paused() noexcept override { cpu_.pause(); }
    void resumed() noexcept override { cpu_.resume(); }

    void run_handler();
    void publish(const Limits& limits, Time arrived);
    void pull_piece();
    void make_piece(Time start, Deadline limit);
    [[nodiscard]] bool is_fruitless(Time now) const;

    [[nodiscard]] CircuitBreaker& breaker() const noexcept;
    [[nodiscard]] Cell& cell() const noexcept { return context_.board.cells()[cell_]; }

    Context& context_;
    const std::size_t cell_;
    Parser& parser_;
    const Peer& peer_;
    const std::function<void()> done_;
    HarakiriExtension extension_;
    CpuAccount cpu_;
    bool may_have_queued_ = true;  ///< its client, to be accepted
    bool submitting_ = false;
    bool job_done_ = false;
    State state_;
};

}  // namespace curfew::worker
