#include "worker/caretaker.h"

#include "handlers/timeouts/kernel_wait.h"
#include "worker/error_answer.h"
#include "worker/reset.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace curfew::worker {

namespace {

using Kind = Verdict::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// For others to take connections over: a worker may have to boot first.
constexpr Duration patience_with_others = seconds(30);

/// For a client whose socket is full.
constexpr Duration patience_with_client = milliseconds(100);

bool send_all(int fd, std::string_view bytes) noexcept {
    const auto by = Deadline::in(patience_with_client);
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

int status_of(Outcome outcome, const Ledger& ledger) noexcept {
    switch (outcome) {
        case Outcome::answered_502:
            return 502;
        case Outcome::answered_503:
            return 503;
        case Outcome::answered_504:
            return 504;
        default:
            return ledger.status;
    }
}

bool is_empty(int fd) noexcept {
    int unread = 0;
    return ::ioctl(fd, FIONREAD, &unread) == 0 && unread == 0;
}

}  // namespace

Evidence Caretaker::evidence(std::size_t index) const noexcept {
    const Cell& cell = board_.cells()[index];
    const auto ledger = board_.ledger(index).load();
    const auto now = Deadline::Clock::now().time_since_epoch().count();
    const auto deadline = cell.deadline.load();
    const bool again = may_run_again(index);
    const auto age = now - cell.started.load();
    Evidence evidence{
        .ledger = ledger,
        .phase = Cell::phase(cell.word.load()),
        .outcome = cell.outcome.load(),
        .ending = board_.line().ending.load(),
        .frozen = board_.line().frozen.load(),
        .counts = ledger.stage == Ledger::Stage::closed ? std::nullopt : socket_counts(ledger.fd),
        .emptied = is_empty(ledger.fd),
        .may_retry = again && is_idempotent(board_.label(index).method),
        // Else the second run would only cost another worker its life.
        .in_time = deadline > now && deadline - now > age,
    };
    // What has had no part in the end of one worker may lose another to somebody else.
    if (again && board_.line().again.load() == Again::innocent) evidence.ledger.retried = false;
    return evidence;
}

bool Caretaker::may_run_again(std::size_t cell) const noexcept {
    const auto again = board_.line().again.load();
    const bool culprit = board_.line().culprit.load() == static_cast<std::int32_t>(cell);
    return again == Again::all || (again == Again::innocent && !culprit);
}

bool Caretaker::is_claimed(std::size_t cell) const noexcept {
    return Cell::phase(board_.cells()[cell].word.load()) == Phase::claimed;
}

/// Of the request that the cell has now; one that no handler has seen has none.
Label Caretaker::label_of(std::size_t cell) const noexcept {
    const bool published = Cell::phase(board_.cells()[cell].word.load()) != Phase::idle;
    return published ? board_.label(cell) : Label{};
}

std::string_view Caretaker::head(const Ledger& ledger) const noexcept {
    const auto& at = ledger.head.size > 0 ? ledger.head : ledger.input;
    return {arena_.at(at.offset), at.size};
}

void Caretaker::set_outcome(std::size_t cell, Outcome outcome) noexcept {
    board_.cells()[cell].outcome.store(outcome);
    const auto incident = incident_of(outcome);
    if (incident) board_.counters().count(*incident, label_of(cell).route);
}

void Caretaker::answer_claimed() noexcept {
    patience_ = Deadline::in(Duration::zero());
    const auto used = board_.used_cells().size();
    for (std::size_t i = 0; i < used; ++i) {
        // First of all: any other ledger is the worker's.
        if (!is_claimed(i) && !board_.line().frozen.load()) continue;
        const auto all = evidence(i);
        const auto verdict = judge(all);
        if (verdict.kind == Kind::answer) answer(i, all.ledger, verdict.status);
        if (verdict.kind == Kind::answer || verdict.kind == Kind::answered) hand_over_answered(i);
        if (verdict.kind == Kind::begin) hand_over(i, all.ledger, verdict.kind);
        if (verdict.kind == Kind::reset) {
            arm_reset(all.ledger.fd);
            set_outcome(i, Outcome::reset);
        }
    }
}

/// First what cannot wait: upstreams, and those who have no other answer to expect.
void Caretaker::settle() noexcept {
    if (board_.line().ending.load() == Ending::ceased) adoption_ = -1;
    forget_landed();
    close_others();
    const auto used = board_.used_cells().size();
    for (std::size_t i = 0; i < used; ++i) {
        const auto all = evidence(i);
        const auto verdict = judge(all);
        if (verdict.kind == Kind::answer) answer(i, all.ledger, verdict.status);
        if (verdict.kind == Kind::reset) reset(i, all.ledger);
    }
    patience_ = Deadline::in(patience_with_others);
    pass_on_landed();
    for (std::size_t i = 0; i < used; ++i) {
        const auto all = evidence(i);
        const auto verdict = judge(all);
        if (verdict.kind == Kind::nothing) continue;
        if (verdict.kind == Kind::reset) {  // it could not even be answered
            reset(i, all.ledger);
            continue;
        }
        hand_over(i, all.ledger, verdict.kind);
        ::close(all.ledger.fd);
    }
    hand_over_new_clients();
}

void Caretaker::answer(std::size_t cell, const Ledger& ledger, int status) noexcept {
    // Of a request that was not read whole nothing is known.
    const bool known = ledger.stage != Ledger::Stage::reading;
    const auto label = known ? label_of(cell) : Label{};
    const auto raw = known ? head(ledger) : std::string_view{};
    const auto& times = board_.cells()[cell];
    std::array<char, 2048> memory;
    const auto written = write_answer(
        {
            .status = status,
            .detail = detail_of(status),
            .limit_name = status == 504 ? to_string(times.limit_kind.load()) : "",
            .limit = Duration(times.limit.load()),
            .id = label.id,
            .http_1_1 = !raw.substr(0, raw.find('\r')).ends_with("HTTP/1.0"),
            .head = label.method == "HEAD" || head(ledger).starts_with("HEAD "),
            .keep_alive = known && ledger.keep_alive,
            .json = prefers_json(field_of(raw, "Accept")),
        },
        memory);
    if (!send_all(ledger.fd, {memory.data(), written.size})) {
        arm_reset(ledger.fd);
        return set_outcome(cell, Outcome::lost);
    }
    set_outcome(cell, answered(status));
    Ledger after = ledger;
    after.body = written.body;
    board_.ledger(cell).store(after);
}

/// To a worker that takes it now; else there will be another try.
void Caretaker::hand_over_answered(std::size_t cell) noexcept {
    const auto outcome = board_.cells()[cell].outcome.load();
    if (outcome == Outcome::lost) return;
    hand_over(cell, board_.ledger(cell).load(), Kind::answered);
}

void Caretaker::reset(std::size_t cell, const Ledger& ledger) noexcept {
    arm_reset(ledger.fd);
    ::close(ledger.fd);
    if (board_.cells()[cell].outcome.load() == Outcome::none) set_outcome(cell, Outcome::reset);
    board_.ledger(cell).store({});
}

void Caretaker::hand_over(std::size_t cell, const Ledger& ledger, Kind kind) noexcept {
    const Cell& times = board_.cells()[cell];
    Handover handover{
        .keep_alive = ledger.keep_alive,
        .continued = ledger.continued,
        .retried = ledger.retried,
        .body = ledger.body,
        .arrived = ledger.arrived,
        .deadline = ledger.deadline,
        .head = ledger.head,
        .input = ledger.input,
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
            handover.status = static_cast<std::uint16_t>(status_of(times.outcome.load(), ledger));
            id.copy(handover.id.data(), handover.id.size() - 1);
            break;
        case Kind::linger:
            handover.kind = Handover::Kind::linger;
            handover.input = {};
            break;
        default:
            // What a process took from the socket just before its end is in the arena already.
            if (const auto counts = socket_counts(ledger.fd)) {
                handover.input.size += counts->received - ledger.received;
                // Before a response, only this can have been sent.
                if (counts->sent > ledger.sent) handover.continued = true;
            }
            break;
    }
    pass_on(cell, ledger, kind, handover);
}

void Caretaker::pass_on(std::size_t cell, const Ledger& ledger, Kind kind,
                        const Handover& handover) noexcept {
    if (!send_handover(adoption_, handover, ledger.fd, arena_.fd(), patience_)) {
        // A worker that lives keeps it open; there will be another try when it is dead.
        if (board_.line().ending.load() != Ending::none) turn_away(cell, ledger, kind);
        return;
    }
    if (kind == Kind::again) set_outcome(cell, Outcome::retried);
    if (kind == Kind::begin) set_outcome(cell, Outcome::handed_over);
    const bool before = board_.cells()[cell].outcome.load() != Outcome::none;
    if (kind == Kind::answered && !before) set_outcome(cell, Outcome::completed);
    // As long as the worker lives it has the descriptor open, which is nobody's any more.
    board_.ledger(cell).store({.stage = Ledger::Stage::given, .fd = ledger.fd});
}

/// Of a connection whose adoption was not complete, what it was adopted with holds.
void Caretaker::forget_landed() noexcept {
    const auto landed = board_.line().landing.files();
    if (!landed) return;
    const auto used = board_.used_cells().size();
    for (std::size_t i = 0; i < used; ++i) {
        if (board_.ledger(i).load().fd == landed->client) board_.ledger(i).store({});
    }
}

void Caretaker::pass_on_landed() noexcept {
    const auto& landing = board_.line().landing;
    const auto landed = landing.files();
    if (!landed) return;
    (void)send_handover(adoption_, landing.handover(), landed->client, landed->arena, patience_);
    ::close(landed->client);
}

/// Nobody takes it.
void Caretaker::turn_away(std::size_t cell, const Ledger& ledger, Kind kind) noexcept {
    const bool waits =
        kind == Kind::again || (kind == Kind::begin && ledger.head.size + ledger.input.size > 0);
    if (waits) {
        std::array<char, 2048> memory;
        const auto written =
            write_answer({.status = 503,
                          .detail = "no worker is there to take this request; try again",
                          .head = head(ledger).starts_with("HEAD ")},
                         memory);
        const bool told = send_all(ledger.fd, {memory.data(), written.size});
        set_outcome(cell, told ? Outcome::answered_503 : Outcome::lost);
    }
    ::shutdown(ledger.fd, SHUT_WR);
    board_.ledger(cell).store({});
}

}  // namespace curfew::worker
