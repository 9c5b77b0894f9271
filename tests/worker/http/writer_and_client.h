#pragma once

#include "tests/worker/os/socket_pair.h"
#include "worker/http/writer.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace curfew::worker {

/// A writer and its client, which reads whenever the writer cannot go on.
struct WriterAndClient {
    BodyMemory memory;
    Writer writer{memory};
    DateClock clock;
    std::string scratch;
    SocketPair pair = make_socket_pair();
    int times_blocked = 0;

    explicit WriterAndClient(int send_buffer = 0, std::size_t body_memory = BodyMemory::usual_size)
        : memory(body_memory) {
        if (send_buffer == 0) return;
        checked(::setsockopt(pair.server.get(), SOL_SOCKET, SO_SNDBUF, &send_buffer,
                             sizeof send_buffer),
                "setsockopt");
    }

    Writer::Progress go_on(Writer::Progress progress, std::string& received) {
        while (progress == Writer::Progress::blocked || progress == Writer::Progress::wants_chunk) {
            if (progress == Writer::Progress::blocked) {
                ++times_blocked;
                received += take_available(pair.client.get());
            } else {
                writer.add(writer.chunks()());
            }
            progress = writer.write(pair.server.get());
        }
        received += take_available(pair.client.get());
        return progress;
    }

    /// All that the client gets.
    std::string send(Response response, const Framing& framing) {
        std::string received;
        writer.begin(response, framing, clock, scratch);
        const auto length = writer.length();
        const auto progress = go_on(writer.write(pair.server.get()), received);
        CHECK(progress == Writer::Progress::done);
        if (length) CHECK(*length == received.size());
        CHECK(writer.bytes_sent() == received.size());
        return received;
    }
};

}  // namespace curfew::worker
