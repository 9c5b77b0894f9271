#include "worker/caretaker.h"

#include "handlers/timeouts/kernel_wait.h"
#include "worker/error_answer.h"
#include "worker/open_files.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <bitset>
#include <cerrno>
#include <cstring>

namespace curfew::worker {

namespace {

using Kind = Verdict::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// For others to take connections over: a worker may have to boot first.
constexpr Duration patience_with_others = seconds(30);

/// For a client whose socket is full.
constexpr Duration patience_with_client = milliseconds(100);

/// Descriptors of clients; those beyond are not told from others, and close.
constexpr std::size_t most_files = 1 << 20;
std::bitset<most_files> of_clients;

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

/// What is sent from here on must not arrive, nor an orderly end: the client could take a part for
/// the whole.
void arm_reset(int fd) noexcept {
    const ::linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    // Another process may have it open: to dissolve a TCP connection resets it all the same.
    const sockaddr nowhere{.sa_family = AF_UNSPEC, .sa_data = {}};
    ::connect(fd, &nowhere, sizeof nowhere);
}

std::string_view detail_of(int status) noexcept {
    switch (status) {
        case 504:
            return "the request exceeded its limit";
        case 503:
            return "the server stopped this request because of another; try again";
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

/// For a client that connects anew, an address is a port or a path.
bool same_address(const sockaddr_storage& a, const sockaddr_storage& b) noexcept {
    if (a.ss_family == AF_UNIX && b.ss_family == AF_UNIX) {
        const auto& left = reinterpret_cast<const sockaddr_un&>(a);
        const auto& right = reinterpret_cast<const sockaddr_un&>(b);
        return std::memcmp(left.sun_path, right.sun_path, sizeof left.sun_path) == 0;
    }
    const bool internet = (a.ss_family == AF_INET || a.ss_family == AF_INET6) &&
                          (b.ss_family == AF_INET || b.ss_family == AF_INET6);
    // The port is at the same place in both families.
    return internet && reinterpret_cast<const sockaddr_in&>(a).sin_port ==
                           reinterpret_cast<const sockaddr_in&>(b).sin_port;
}

bool is_empty(int fd) noexcept {
    int unread = 0;
    return ::ioctl(fd, FIONREAD, &unread) == 0 && unread == 0;
}

sockaddr_storage address_of(int fd) noexcept {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return address;
}

}  // namespace

Caretaker::Caretaker(const KeeperSetup& setup) noexcept
    : board_(setup.board), arena_(setup.arena), adoption_(setup.adoption) {
    for (const int listener : setup.listeners) {
        if (addresses_used_ == most_addresses) break;
        addresses_[addresses_used_++] = address_of(listener);
    }
}

Evidence Caretaker::evidence(std::size_t index) const noexcept {
    const Cell& cell = board_.cells()[index];
    const auto& ledger = board_.ledger(index).load();
    const auto now = Deadline::Clock::now().time_since_epoch().count();
    const auto deadline = cell.deadline.load();
    const auto age = now - cell.started.load();
    return {
        .ledger = ledger,
        .phase = Cell::phase(cell.word.load()),
        .outcome = cell.outcome.load(),
        .ending = board_.line().ending.load(),
        .frozen = board_.line().frozen.load(),
        .counts = ledger.stage == Ledger::Stage::closed ? std::nullopt : socket_counts(ledger.fd),
        .emptied = is_empty(ledger.fd),
        .may_retry =
            board_.line().retry_idempotent.load() && is_idempotent(board_.label(index).method),
        // Else the second run would only cost another worker its life.
        .in_time = deadline > now && deadline - now > age,
    };
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
            .head = label.method == "HEAD",
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
        const auto written = write_answer(
            {.status = 503, .detail = "no worker is there to take this request; try again"},
            memory);
        const bool told = send_all(ledger.fd, {memory.data(), written.size});
        set_outcome(cell, told ? Outcome::answered_503 : Outcome::lost);
    }
    ::shutdown(ledger.fd, SHUT_WR);
    board_.ledger(cell).store({});
}

/// Closes what is no client's; upstreams learn of the death that way.
void Caretaker::close_others() noexcept {
    const auto mark = [](int fd) {
        if (fd >= 0 && static_cast<std::size_t>(fd) < most_files) {
            of_clients.set(static_cast<std::size_t>(fd));
        }
    };
    const auto used = board_.used_cells().size();
    for (std::size_t i = 0; i < used; ++i) {
        const auto& ledger = board_.ledger(i).load();
        if (ledger.stage == Ledger::Stage::given) {
            ::close(ledger.fd);
        } else if (ledger.stage != Ledger::Stage::closed) {
            mark(ledger.fd);
        }
    }
    if (const auto landed = board_.line().landing.files()) {
        mark(landed->client);
        mark(landed->arena);
    }
    mark(arena_.fd());
    mark(adoption_);
    for_each_open_file([this](int fd) {
        if (static_cast<std::size_t>(fd) < most_files && of_clients[static_cast<std::size_t>(fd)]) {
            return;
        }
        if (new_clients_used_ < most_new_clients && is_new_client(fd)) {
            new_clients_[new_clients_used_++] = fd;
            return;
        }
        ::close(fd);
    });
}

bool Caretaker::is_new_client(int fd) const noexcept {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens != 0) {
        return false;
    }
    const auto address = address_of(fd);
    return std::any_of(addresses_.begin(), addresses_.begin() + addresses_used_,
                       [&](const auto& each) { return same_address(each, address); });
}

void Caretaker::hand_over_new_clients() noexcept {
    for (std::size_t i = 0; i < new_clients_used_; ++i) {
        (void)send_handover(adoption_, {}, new_clients_[i], arena_.fd(), patience_);
        ::close(new_clients_[i]);
    }
}

}  // namespace curfew::worker
