#pragma once

#include "handlers/base/error.h"
#include "tests/worker/clients/test_worker.h"
#include "worker/clients/connection.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace curfew::worker {

inline constexpr std::string_view hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
inline constexpr std::string_view last_hello =
    "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
inline constexpr std::string_view fields = " HTTP/1.1\r\nHost: a\r\n\r\n";

/// A worker with a client.
struct Talk {
    TestWorker worker;
    UniqueFd client;

    explicit Talk(bool tcp = false) {
        worker.router.get("/hello", [](const Request&) { return text("hello\n"); });
        worker.router.post(
            "/echo", [](const Request& request) { return text(std::string(request.body())); });
        worker.router.get("/teapot",
                          [](const Request&) -> Response { throw HttpError(418, "short, stout"); });
        worker.router.get("/throw",
                          [](const Request&) -> Response { throw std::runtime_error("secret"); });
        worker.router.get("/throw-int", [](const Request&) -> Response { throw 1; });
        worker.router.get("/stream", [](const Request&) {
            return stream("text/plain", [n = 0]() mutable -> std::optional<std::string> {
                if (n == 40) return std::nullopt;
                return std::to_string(n++) + ",";
            });
        });
        worker.router.get("/broken-stream", [](const Request&) {
            return stream("text/plain", [n = 0]() mutable -> std::optional<std::string> {
                if (n++ == 1) throw std::runtime_error("broken");
                return "part";
            });
        });
        if (tcp) {
            client = worker.connect(make_tcp_pair());
        } else {
            client = worker.connect();
        }
    }

    std::string say(std::string_view bytes) {
        send_all(client, bytes);
        worker.settle();
        return plain(take_available(client.get()));
    }

    std::string say_get(std::string_view path) {
        return say(std::string("GET ").append(path).append(fields));
    }

    [[nodiscard]] bool gone() const { return worker.connections->size() == 0; }
};

}  // namespace curfew::worker
