#include "helper_process.h"

#include "../../context/call_context.h"
#include "../../context/copies.h"
#include "abandoned_queries.h"
#include "child_process.h"
#include "descendants.h"

#include <unistd.h>

#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace curfew {

namespace {

std::optional<Message> next_request(int socket) {
    using State = Incoming::State;
    Incoming incoming;
    while (true) {
        const auto state = incoming.receive(socket, 0);
        if (state == State::whole) return incoming.take();
        if (state == State::gone) return std::nullopt;
    }
}

/// Appends the bytes of the metering to the arguments. Only this process and its helpers read them,
/// and its layout is the same in all of them.
void add(const Metering& metering, std::string& bytes) {
    bytes.append(reinterpret_cast<const char*>(&metering), sizeof metering);
}

Metering take_metering(std::string& bytes) {
    Metering metering;
    if (bytes.size() < sizeof metering) return metering;
    const auto size = bytes.size() - sizeof metering;
    std::memcpy(&metering, bytes.data() + size, sizeof metering);
    bytes.resize(size);
    return metering;
}
static_assert(std::is_trivially_copyable_v<Metering>);

/// The context has no deadline, because at the limit the process is killed. It has the limit, which
/// upstreams are told.
Message run(Message request) {
    const auto entry = reinterpret_cast<Call::Entry>(request.tag);
    CallContext own;
    own.limit = Deadline::at(Deadline::Clock::time_point(Duration(request.number)));
    own.metering = take_metering(request.payload.bytes);
    const ContextScope scope(own);
    const CopyEnds copies;
    return answer_of([&] { return entry(std::move(request.payload)); });
}

/// Kills all processes that the call has started. Threads cannot be ended: returns false if there
/// are some, or if they cannot be counted.
bool end_what_is_left(const OwnThreads& threads) noexcept try {
    auto& queries = abandoned_queries();
    std::vector<pid_t> spared;
    if (queries.canceller() != 0) spared.push_back(queries.canceller());
    end_children(spared, 0, [&](pid_t dead) { queries.take_from(dead); });
    if (threads.count() > 1) return false;
    queries.cancel();
    return true;
} catch (const std::exception&) {
    return false;
}

}  // namespace

Message request_of(const Call& call, Deadline limit, const Metering& metering) {
    Message request{.tag = reinterpret_cast<std::uint64_t>(call.entry()),
                    .number = limit.time().time_since_epoch().count(),
                    .payload = call.arguments()};
    add(metering, request.payload.bytes);
    return request;
}

void serve_calls(UniqueFd socket) noexcept {
    const Subreaper subreaper;
    const OwnThreads threads;
    while (auto request = next_request(socket.get())) {
        auto answer = run(std::move(*request));
        if (!end_what_is_left(threads)) answer.number = 1;
        if (!send(socket.get(), answer)) break;
    }
    ::_exit(0);
}

}  // namespace curfew
