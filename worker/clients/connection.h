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

/// One client's socket: reads a request, has the Exchange make a response of it, writes the
/// response, and so on until one of the two sides closes the connection. All on the loop's thread.
///
/// It has more than 20 members, because it is the place where reading, parsing, writing, timing and
/// recording of a connection meet: each of these is an object of its own, and the state between
/// them is here.
class Connection final : public WaitingConnections::Member {
  public:
    /// `cell` is its place in the scoreboard for as long as it lives.
    Connection(Context& context, Connections& all, std::size_t cell, UniqueFd socket, Peer peer);
    ~Connection();

    /// Continues a connection of a worker that has died, with what its client had sent. To be
    /// called once, before anything else.
    void adopt(const Handover& handover, std::string_view bytes);

    /// The worker begins to stop: a connection that waits for a request ends soon, any other
    /// connection after its response.
    void drain();

    /// The worker is going to be killed soon: a connection that has not begun a request is left
    /// untouched from now on, so that the keeper can hand it over to another worker.
    void freeze();

    /// How long an idle connection may still bring a request after the worker was told to stop. It
    /// is longer than the journey of a request that was already on its way.
    static constexpr Duration drain_quiet = std::chrono::milliseconds(500);

    /// Ends the connection to make room for another client. If the head of a request has arrived in
    /// part, the client gets 408. False, and nothing changes, if there is something to read: then
    /// the connection is not idle any more.
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
