#pragma once

#include "handlers/base/unique_fd.h"
#include "worker/clients/context.h"
#include "worker/clients/cpu_account.h"
#include "worker/clients/harakiri_extension.h"
#include "worker/clients/lingering.h"
#include "worker/clients/send_progress.h"
#include "worker/clients/waiting_connections.h"
#include "worker/http/parser.h"
#include "worker/http/writer.h"
#include "worker/shared/handover.h"

#include <optional>
#include <string>

namespace curfew::worker {

class Connections;

/// One client: reads a request, has it handled, writes the response, and so on until either side
/// has had enough. All on the loop's thread, but for run(), which the executor calls.
class Connection final : public WaitingConnections::Member, private Task {
  public:
    /// `cell` is its place in the scoreboard for as long as it lives.
    Connection(Context& context, Connections& all, std::size_t cell, UniqueFd socket,
               std::string peer);
    ~Connection();

    /// Goes on where a worker that has died left off, with what the client had sent it. To be
    /// called once, first.
    void adopt(const Handover& handover, std::string_view bytes);

    /// The worker is on its way out: a connection that waits for a request ends soon, any other
    /// after its response.
    void drain();

    /// The worker is to be killed soon: a connection that has not begun a request is not touched
    /// any more, and is the keeper's to give to another worker.
    void freeze();

    /// How long a kept connection may still bring a request after the worker was told to go: longer
    /// than a request takes that was on its way by then.
    static constexpr Duration drain_quiet = std::chrono::milliseconds(500);

    /// Ends, so that another client gets its place. A request whose head is not whole is answered
    /// 408. False if there is something to read: then it does not wait any more.
    [[nodiscard]] bool give_way();

    [[nodiscard]] const std::string& peer() const noexcept { return peer_; }
    [[nodiscard]] std::size_t cell() const noexcept { return cell_; }

  private:
    enum class State {
        reading,    ///< waits for a request, or for more of one
        handling,   ///< the executor has it
        writing,    ///< the client takes the response slowly
        lingering,  ///< all is said; reads until the client closes, so that it gets the last answer
        closed,
    };
    enum class Waiting { idle, head, body };  ///< for what, while reading
    enum class Job { handler, chunk };

    template <typename Action>
    void enter(Action action) noexcept;

    void on_readable();
    void on_timer();

    void receive();
    void process();
    void await_more();
    void start();
    [[nodiscard]] Duration queue_time();
    void identify();
    [[nodiscard]] bool answer_before_body();
    [[nodiscard]] std::optional<Response> refused_by_breaker();
    [[nodiscard]] Response refusal_by(const CircuitBreaker& breaker,
                                      Deadline::Clock::time_point now);
    void note_late_start(Deadline::Clock::time_point now);
    [[nodiscard]] bool submit(Job job);
    void run() noexcept override;
    void done() noexcept override;
    void parked(std::uint64_t address, int fd) noexcept override;
    void paused() noexcept override { cpu_.pause(); }
    void resumed() noexcept override { cpu_.resume(); }
    void after_job();
    void run_handler();
    void pull_chunk();

    void answer(Response response, bool keep_alive);
    void respond(bool keep_alive);
    void go_on(Writer::Progress progress);
    void sent();
    void refuse(const Refusal& refusal);
    void log_served() { log_served(Deadline::Clock::now()); }
    void log_served(Deadline::Clock::time_point now);
    void cannot_write();
    void abandon();
    [[nodiscard]] WaitingConnections::Kind waits_as() const noexcept;
    void linger(Lingering::Client client);
    void drop_input();
    void close() noexcept { state_ = State::closed; }

    void take_over(const Handover& handover, std::string_view bytes);
    void take_up(const Handover& handover);
    [[nodiscard]] bool log_adopted(const Handover& handover);
    void enter_stage(ConnectionRecord::Stage stage) noexcept;
    void enter_responding() noexcept;

    [[nodiscard]] bool leaving() const noexcept;
    [[nodiscard]] bool may_keep_alive() const noexcept;
    void watch_writable(bool on);
    [[nodiscard]] bool body_keeps_pace() const noexcept;
    [[nodiscard]] bool client_takes_more();
    void time_out();
    void set_deadline(Duration limit) { set_deadline(limit, Deadline::Clock::now()); }
    void set_deadline(Duration limit, Deadline::Clock::time_point now);

    Context& context_;
    Connections& all_;
    const std::size_t cell_;
    UniqueFd socket_;
    const std::string peer_;
    const bool counted_;  ///< by the kernel: see socket_counts()

    ReadEvent readable_;
    WriteEvent writable_;
    Timer timer_;
    Deadline deadline_ = Deadline::never();
    Deadline timer_fires_ = Deadline::never();  ///< never: it is not armed
    bool reading_paused_ = false;
    bool writable_watched_ = false;

    ConnectionRecord record_;  ///< as it is in the scoreboard
    Buffer input_;
    Parser parser_;
    Writer writer_;
    SendProgress progress_;
    Lingering lingering_;

    State state_ = State::reading;
    Waiting waiting_ = Waiting::head;
    std::size_t body_at_window_ = 0;  ///< what had arrived when the current body_timeout began

    Job job_ = Job::handler;
    bool submitting_ = false;
    bool job_done_ = false;
    const Route* route_ = nullptr;
    std::optional<Response> response_;
    std::optional<std::string> chunk_;
    bool chunk_failed_ = false;
    Deadline::Clock::time_point
        fruitless_since_{};   ///< a stream's pieces are empty; unset: are not
    bool answering_ = false;  ///< the cell is ours to finish
    RequestIds::Text made_id_;
    std::string given_id_;                 ///< of a request that another worker has begun
    Deadline budget_ = Deadline::never();  ///< what that has left of its limit
    Deadline::Clock::time_point started_;
    Deadline::Clock::time_point first_byte_{};  ///< not set if the request came all at once
    Duration waited_ = Duration::zero();        ///< in queues, before that
    bool late_by_header_ = false;               ///< it is a proxy that says so
    bool judged_ = false;                       ///< by its head, before its body
    bool first_request_ = true;
    bool shared_ = false;   ///< the socket may be open in the worker that had it before
    bool adopted_ = false;  ///< the request has arrived at another worker
    std::optional<Deadline::Clock::time_point>
        lease_;  ///< it is the probe of a circuit breaker until then
    HarakiriExtension extension_;
    CpuAccount cpu_;
};

}  // namespace curfew::worker
