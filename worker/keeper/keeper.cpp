#include "worker/keeper/keeper.h"

#include "handlers/context/kernel_wait.h"
#include "worker/keeper/error_response.h"
#include "worker/os/reset.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace curfew::worker {

namespace {

using Kind = Disposition::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// How long to wait for a worker that takes a connection over. One may have to boot first.
constexpr Duration give_up_with_others = seconds(30);

/// How long to wait for a client whose socket is full.
constexpr Duration give_up_with_client = milliseconds(100);

bool send_all(int fd, std::string_view bytes) noexcept {
    const auto by = Deadline::in(give_up_with_client);
    while (!bytes.empty()) {
        const auto count = ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
            continue;
        }
        if (errno != EAGAIN || by.passed()) return false;
        pollfd room{.fd = fd, .events = POLLOUT, .revents = 0};
        kernel_wait(&room, 1, by);
    }
    return true;
}

std::string_view detail_of(int status) noexcept {
    switch (status) {
        case 504:
            return "the request exceeded its limit";
        case 503:
            return "the server stopped the worker that ran this request; try again";
        default:
            return "the worker that ran this request has died";
    }
}

Outcome answered(int status) noexcept {
    switch (status) {
        case 504:
            return Outcome::answered_504;
        case 503:
            return Outcome::answered_503;
        default:
            return Outcome::answered_502;
    }
}

int status_of(Outcome outcome, const ConnectionRecord& record) noexcept {
    switch (outcome) {
        case Outcome::answered_502:
            return 502;
        case Outcome::answered_503:
            return 503;
        case Outcome::answered_504:
            return 504;
        default:
            return record.status;
    }
}

bool is_empty(int fd) noexcept {
    int unread = 0;
    return ::ioctl(fd, FIONREAD, &unread) == 0 && unread == 0;
}

}  // namespace

ClientState Keeper::client_state(std::size_t index) const noexcept {
    const Cell& cell = board_.cells()[index];
    const auto record = board_.record(index).load();
    const auto now = Deadline::Clock::now().time_since_epoch().count();
    const auto deadline = cell.deadline.load();
    const bool again = may_run_again(index);
    const auto age = now - cell.started.load();
    ClientState client_state{
        .record = record,
        .phase = Cell::phase(cell.word.load()),
        .outcome = cell.outcome.load(),
        .ending = board_.line().ending.load(),
        .frozen = board_.line().frozen.load(),
        .counts = record.stage == ConnectionRecord::Stage::closed ? std::nullopt
                                                                  : socket_counts(record.fd),
        .emptied = is_empty(record.fd),
        .may_retry = again && is_idempotent(board_.label(index).method),
        // With less time left, the second run would probably kill another worker.
        .in_time = deadline > now && deadline - now > age,
    };
    // A request that was not the culprit may be retried more than once: each time another request
    // has crashed its worker.
    if (again && board_.line().again.load() == Again::innocent) client_state.record.retried = false;
    return client_state;
}

bool Keeper::may_run_again(std::size_t cell) const noexcept {
    const auto again = board_.line().again.load();
    const bool culprit = board_.line().culprit.load() == static_cast<std::int32_t>(cell);
    return again == Again::all || (again == Again::innocent && !culprit);
}

bool Keeper::is_claimed(std::size_t cell) const noexcept {
    return Cell::phase(board_.cells()[cell].word.load()) == Phase::claimed;
}

/// The label of the cell's present request; empty if no handler has seen it.
Label Keeper::label_of(std::size_t cell) const noexcept {
    const bool published = Cell::phase(board_.cells()[cell].word.load()) != Phase::idle;
    return published ? board_.label(cell) : Label{};
}

std::string_view Keeper::head(const ConnectionRecord& record) const noexcept {
    const auto& at = record.head.size > 0 ? record.head : record.input;
    return {arena_.at(at.offset), at.size};
}

void Keeper::set_outcome(std::size_t cell, Outcome outcome) noexcept {
    board_.cells()[cell].outcome.store(outcome);
    const auto event = request_event_of(outcome);
    if (event) board_.counters().count(*event, label_of(cell).route);
}

void Keeper::answer_claimed() noexcept {
    give_up_ = Deadline::in(Duration::zero());
    const auto used = board_.used_cells().size();
    for (std::size_t i = 0; i < used; ++i) {
        // Checked before the record is read: any other record is the worker's to write.
        if (!is_claimed(i) && !board_.line().frozen.load()) continue;
        const auto all = client_state(i);
        const auto disposition = decide(all);
        if (disposition.kind == Kind::answer) answer(i, all.record, disposition.status);
        if (disposition.kind == Kind::answer || disposition.kind == Kind::answered)
            hand_over_answered(i);
        if (disposition.kind == Kind::begin) hand_over(i, all.record, disposition.kind);
        if (disposition.kind == Kind::reset) {
            arm_reset(all.record.fd);
            set_outcome(i, Outcome::reset);
        }
    }
}

/// First it closes the connections to upstreams, and responds to clients that no other worker will
/// respond to. Handovers may take longer, and come last.
void Keeper::settle() noexcept {
    if (board_.line().ending.load() == Ending::ceased) adoption_ = -1;
    forget_pending_adoption();
    close_others();
    const auto used = board_.used_cells().size();
    for (std::size_t i = 0; i < used; ++i) {
        const auto all = client_state(i);
        const auto disposition = decide(all);
        if (disposition.kind == Kind::answer) answer(i, all.record, disposition.status);
        if (disposition.kind == Kind::reset) reset(i, all.record);
    }
    give_up_ = Deadline::in(give_up_with_others);
    pass_on_pending_adoption();
    for (std::size_t i = 0; i < used; ++i) {
        const auto all = client_state(i);
        const auto disposition = decide(all);
        if (disposition.kind == Kind::nothing) continue;
        if (disposition.kind == Kind::reset) {  // the response could not be sent
            reset(i, all.record);
            continue;
        }
        hand_over(i, all.record, disposition.kind);
        ::close(all.record.fd);
    }
    hand_over_new_clients();
}

void Keeper::answer(std::size_t cell, const ConnectionRecord& record, int status) noexcept {
    // A request that was not received completely has no label.
    const bool known = record.stage != ConnectionRecord::Stage::reading;
    const auto label = known ? label_of(cell) : Label{};
    const auto raw = known ? head(record) : std::string_view{};
    const auto& times = board_.cells()[cell];
    std::array<char, 2048> memory;
    const auto written = write_response(
        {
            .status = status,
            .detail = detail_of(status),
            .limit_name = status == 504 ? to_string(times.limit_kind.load()) : "",
            .limit = Duration(times.limit.load()),
            .id = label.id,
            .http_1_1 = !raw.substr(0, raw.find('\r')).ends_with("HTTP/1.0"),
            .head = label.method == "HEAD" || head(record).starts_with("HEAD "),
            .keep_alive = known && record.keep_alive,
            .json = prefers_json(field_of(raw, "Accept")),
        },
        memory);
    if (!send_all(record.fd, {memory.data(), written.size})) {
        arm_reset(record.fd);
        return set_outcome(cell, Outcome::lost);
    }
    set_outcome(cell, answered(status));
    ConnectionRecord after = record;
    after.body = written.body;
    board_.record(cell).store(after);
}

/// Hands the connection over if a worker takes it now. Otherwise settle() tries again.
void Keeper::hand_over_answered(std::size_t cell) noexcept {
    const auto outcome = board_.cells()[cell].outcome.load();
    if (outcome == Outcome::lost) return;
    hand_over(cell, board_.record(cell).load(), Kind::answered);
}

void Keeper::reset(std::size_t cell, const ConnectionRecord& record) noexcept {
    arm_reset(record.fd);
    ::close(record.fd);
    if (board_.cells()[cell].outcome.load() == Outcome::none) set_outcome(cell, Outcome::reset);
    board_.record(cell).store({});
}

void Keeper::hand_over(std::size_t cell, const ConnectionRecord& record, Kind kind) noexcept {
    const Cell& times = board_.cells()[cell];
    Handover handover{
        .keep_alive = record.keep_alive,
        .continued = record.continued,
        .retried = record.retried,
        .body = record.body,
        .arrived = record.arrived,
        .deadline = record.deadline,
        .head = record.head,
        .input = record.input,
    };
    const auto id = label_of(cell).id;
    switch (kind) {
        case Kind::again:
            handover.retried = true;
            handover.deadline = times.deadline.load();
            id.copy(handover.id.data(), handover.id.size() - 1);
            break;
        case Kind::answered:
            handover.kind = Handover::Kind::answered;
            handover.status = static_cast<std::uint16_t>(status_of(times.outcome.load(), record));
            id.copy(handover.id.data(), handover.id.size() - 1);
            break;
        case Kind::linger:
            handover.kind = Handover::Kind::linger;
            handover.input = {};
            break;
        default:
            // What the worker received just before its end is in the arena, but not in the record.
            if (const auto counts = socket_counts(record.fd)) {
                handover.input.size += counts->received - record.received;
                // Before a response, only `100 Continue` can have been sent.
                if (counts->sent > record.sent) handover.continued = true;
            }
            break;
    }
    pass_on(cell, record, kind, handover);
}

void Keeper::pass_on(std::size_t cell, const ConnectionRecord& record, Kind kind,
                     const Handover& handover) noexcept {
    if (!send_handover(adoption_, handover, record.fd, arena_.fd(), give_up_)) {
        // While the worker lives, the connection stays open, and settle() tries again.
        if (board_.line().ending.load() != Ending::none) turn_away(cell, record, kind);
        return;
    }
    if (kind == Kind::again) set_outcome(cell, Outcome::retried);
    if (kind == Kind::begin) set_outcome(cell, Outcome::handed_over);
    const bool before = board_.cells()[cell].outcome.load() != Outcome::none;
    if (kind == Kind::answered && !before) set_outcome(cell, Outcome::completed);
    // While the worker lives, its descriptor stays open; close_others() closes it.
    board_.record(cell).store({.stage = ConnectionRecord::Stage::given, .fd = record.fd});
}

/// Drops the record of a connection whose adoption was not complete. The handover that the worker
/// had received holds instead.
void Keeper::forget_pending_adoption() noexcept {
    const auto pending = board_.line().pending_adoption.files();
    if (!pending) return;
    const auto used = board_.used_cells().size();
    for (std::size_t i = 0; i < used; ++i) {
        if (board_.record(i).load().fd == pending->client) board_.record(i).store({});
    }
}

void Keeper::pass_on_pending_adoption() noexcept {
    const auto& adoption = board_.line().pending_adoption;
    const auto pending = adoption.files();
    if (!pending) return;
    (void)send_handover(adoption_, adoption.handover(), pending->client, pending->arena, give_up_);
    ::close(pending->client);
}

/// No worker takes the connection over. Responds 503 if a request waits, and closes it.
void Keeper::turn_away(std::size_t cell, const ConnectionRecord& record, Kind kind) noexcept {
    const bool waits =
        kind == Kind::again || (kind == Kind::begin && record.head.size + record.input.size > 0);
    if (waits) {
        std::array<char, 2048> memory;
        const auto written =
            write_response({.status = 503,
                            .detail = "no worker is there to take this request; try again",
                            .head = head(record).starts_with("HEAD ")},
                           memory);
        const bool told = send_all(record.fd, {memory.data(), written.size});
        set_outcome(cell, told ? Outcome::answered_503 : Outcome::lost);
    }
    ::shutdown(record.fd, SHUT_WR);
    board_.record(cell).store({});
}

}  // namespace curfew::worker
