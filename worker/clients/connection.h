#pragma once

#include "handlers/base/unique_fd.h"
#include "worker/clients/context.h"
#include "worker/clients/exchange.h"
#include "worker/clients/lingering.h"
#include "worker/clients/send_progress.h"
#include "worker/clients/waiting_connections.h"
#include "worker/http/parser.h"
#include "worker/http/writer.h"
#include "worker/os/deadline_timer.h"
#include "worker/os/peer.h"
#include "worker/shared/handover.h"

#include <string_view>

namespace curfew::worker {

class Connections;

/// One client's socket: reads a request, has the Exchange make a response of it, writes that, and
/// so on until either side has had enough. All on the loop's thread.
class Connection final : public WaitingConnections::Member {
  public:
    /// `cell` is its place in the scoreboard for as long as it lives.
    Connection(Context& context, Connections& all, std::size_t cell, UniqueFd socket, Peer peer);
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

    [[nodiscard]] const Peer& peer() const noexcept { return peer_; }
    [[nodiscard]] std::size_t cell() const noexcept { return cell_; }

  private:
    enum class State {
        reading,    ///< waits for a request, or for more of one
        handling,   ///< the executor has the exchange
        writing,    ///< the client takes the response slowly
        lingering,  ///< the last response is sent; reads until the client closes: see Lingering
        closed,
    };
    enum class Waiting { idle, head, body };  ///< for what, while reading

    template <typename Action>
    void enter(Action action) noexcept;

    void on_readable();
    void on_deadline();

    void receive();
    void process();
    void await_more();
    void start();
    void leave_to_executor() noexcept;
    void after_job();
    [[nodiscard]] Writer::Progress write_piece();

    void respond(bool keep_alive);
    void go_on(Writer::Progress progress);
    void sent();
    void refuse(const Refusal& refusal);
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

    Context& context_;
    Connections& all_;
    const std::size_t cell_;
    UniqueFd socket_;
    const Peer peer_;

    ReadEvent readable_;
    WriteEvent writable_;
    DeadlineTimer timer_;
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

    bool shared_ = false;  ///< the socket may be open in the worker that had it before
    Exchange exchange_;
};

}  // namespace curfew::worker
