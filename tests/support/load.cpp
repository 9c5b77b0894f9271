#include "tests/support/load.h"

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace curfew::tests {

namespace {

Tally one_client(const std::string& url, std::string_view target, int requests) {
    Tally tally;
    std::unique_ptr<Client> client;
    for (int i = 0; i < requests; ++i) {
        try {
            if (!client) client = std::make_unique<Client>(url);
            const auto reply = client->get(target);
            ++(reply.status == 0                    ? tally.lost
               : reply.status == 200 && reply.whole ? tally.answered
                                                    : tally.others);
            if (reply.status == 0 || reply.field("Connection") == "close") client.reset();
        } catch (const std::exception&) {
            ++tally.lost;
            client.reset();
        }
    }
    return tally;
}

}  // namespace

Tally run_load(const Server& server, std::string_view target, int clients, int each) {
    Tally sum;
    std::mutex mutex;
    const auto url = server.url();
    std::vector<std::thread> threads;
    for (int i = 0; i < clients; ++i) {
        threads.emplace_back([&] {
            const auto tally = one_client(url, target, each);
            const std::lock_guard lock(mutex);
            sum.answered += tally.answered;
            sum.others += tally.others;
            sum.lost += tally.lost;
        });
    }
    for (auto& thread : threads) thread.join();
    return sum;
}

}  // namespace curfew::tests
