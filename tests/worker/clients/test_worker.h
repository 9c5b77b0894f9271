#pragma once

#include "tests/worker/os/peer_at.h"
#include "tests/worker/os/socket_pair.h"
#include "worker/clients/connections.h"
#include "worker/executors/thread_pool.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace curfew::worker {

/// All that a Connection needs of its worker, with a router to fill, and no process.
struct TestWorker {
    Options options;
    Router router;
    Loop loop;
    Scoreboard scoreboard{1, 8};
    Dispatcher dispatcher{router, options};
    SyncExecutor sync;
    std::unique_ptr<ThreadPool> pool;
    AccessLog access_log{"", ""};
    Arena arena;
    int served = 0;
    std::unique_ptr<Context> context;
    std::unique_ptr<Connections> connections;

    TestWorker() { options.worker_connections = 8; }

    /// Accepts a client. From then on options and routes stay as they are.
    UniqueFd connect(SocketPair pair = make_socket_pair()) {
        if (!context) {
            Executor& executor = pool ? static_cast<Executor&>(*pool) : sync;
            context.reset(new Context{.options = options,
                                      .loop = loop,
                                      .board = scoreboard.worker(0),
                                      .dispatcher = dispatcher,
                                      .executor = executor,
                                      .access_log = access_log,
                                      .arena = arena,
                                      .served = [this] { ++served; }});
            connections = std::make_unique<Connections>(*context);
        }
        connections->add(std::move(pair.server), peer_at("192.0.2.1"));
        return std::move(pair.client);
    }

    /// Lets everything happen that can happen at once.
    void settle() {
        for (int turn = 0; turn < 8; ++turn) {
            event_base_loop(loop.base(), EVLOOP_ONCE | EVLOOP_NONBLOCK);
        }
    }

    /// Lets things happen until the condition holds; false after 10 s.
    bool until(const std::function<bool()>& holds) {
        const auto limit = Deadline::in(std::chrono::seconds(10));
        Timer ticker(loop, [] {});
        while (!holds()) {
            if (limit.passed()) return false;
            ticker.fire_in(std::chrono::milliseconds(1));
            event_base_loop(loop.base(), EVLOOP_ONCE);
        }
        return true;
    }

    [[nodiscard]] Phase phase(std::size_t cell) {
        return Cell::phase(scoreboard.worker(0).cells()[cell].word.load());
    }
};

inline void send_all(const UniqueFd& client, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = checked(
            static_cast<int>(::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL)),
            "send");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

/// True if the server has closed its side, and nothing is left to read.
inline bool at_end(const UniqueFd& client) {
    char c;
    return ::recv(client.get(), &c, 1, MSG_DONTWAIT) == 0;
}

/// Answers without the fields that differ from one time to the next.
inline std::string plain(std::string_view answers) {
    std::string text;
    while (!answers.empty()) {
        const auto end = answers.find('\n');
        const auto line = answers.substr(0, end == std::string_view::npos ? end : end + 1);
        answers.remove_prefix(line.size());
        const bool differs = line.starts_with("Date: ") || line.starts_with("X-Request-Id: ") ||
                             line.starts_with("Server: ");
        if (!differs) text.append(line);
    }
    return text;
}

/// What plain() leaves of an answer with a text.
inline std::string answer(std::string_view status, std::string_view body,
                          std::string_view connection = {}) {
    std::string text("HTTP/1.1 ");
    text.append(status).append("\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ");
    text.append(std::to_string(body.size())).append("\r\n");
    if (!connection.empty()) text.append("Connection: ").append(connection).append("\r\n");
    return text.append("\r\n").append(body);
}

}  // namespace curfew::worker
