#include "unsafe_victims.h"

#include <curfew/backends/cache.h>
#include <curfew/backends/cache_connection.h>
#include <curfew/backends/configure.h>
#include <curfew/backends/db.h>
#include <curfew/backends/db_connection.h>

#include <pthread.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

using namespace curfew;
using namespace std::chrono_literals;

namespace demo {

namespace {

/// Allocates and frees, what any code does most of the time.
class Allocating final : public Victim {
  public:
    void work() override {
        at_ = (at_ + 1) % blocks_.size();
        // Larger than what each thread keeps for itself: these need the allocator's lock.
        blocks_[at_] = std::make_unique_for_overwrite<char[]>(2000 + 500 * at_);
    }

    Health check() override {
        for (std::size_t i = 0; i < 100; ++i) work();
        std::thread([this] { work(); }).join();
        return Health::survived;
    }

  private:
    std::array<std::unique_ptr<char[]>, 16> blocks_;
    std::size_t at_ = 0;
};

/// Keeps a table under a mutex.
class Locking final : public Victim {
  public:
    void work() override {
        const std::lock_guard lock(mutex_);
        table_[next_ % 64] = next_;
        table_.erase((next_ + 32) % 64);
        ++next_;
    }

    Health check() override {
        timespec soon{};
        ::clock_gettime(CLOCK_REALTIME, &soon);
        soon.tv_sec += (soon.tv_nsec + 50'000'000) / 1'000'000'000;
        soon.tv_nsec = (soon.tv_nsec + 50'000'000) % 1'000'000'000;
        if (::pthread_mutex_timedlock(mutex_.native_handle(), &soon) != 0) {
            return Health::lock_stuck;
        }
        mutex_.unlock();
        work();
        return Health::survived;
    }

  private:
    std::mutex mutex_;
    std::map<int, int> table_;
    int next_ = 0;
};

/// Asks memcached over one connection, as a program does that keeps one.
class Caching final : public Victim {
  public:
    static constexpr std::string_view key = "demo:victim";
    static constexpr std::string_view other_key = "demo:victim:other";

    static void prepare() {
        cache::set(key, "asked before", 60s);
        cache::set(other_key, "asked now", 60s);
    }

    void work() override { static_cast<void>(get(key)); }

    Health check() override {
        const auto value = get(other_key);
        if (!value) return Health::connection_lost;
        return *value == "asked now" ? Health::survived : Health::previous_answer;
    }

  private:
    std::optional<std::string> get(std::string_view of) {
        std::size_t size = 0;
        std::uint32_t flags = 0;
        memcached_return_t result = MEMCACHED_SUCCESS;
        const std::unique_ptr<char, void (*)(void*)> bytes(
            memcached_get(connection_.get(), of.data(), of.size(), &size, &flags, &result),
            std::free);
        if (result != MEMCACHED_SUCCESS) return std::nullopt;
        return std::string(bytes.get(), size);
    }

    cache::Connection connection_ = cache::make_connection();
};

/// Queries the database over one connection.
class Querying final : public Victim {
  public:
    static void prepare() { static_cast<void>(db::query("SELECT 1")); }

    void work() override { static_cast<void>(get("SELECT 'asked before'")); }

    Health check() override {
        const auto value = get("SELECT 'asked now'");
        if (!value) return Health::connection_lost;
        return *value == "asked now" ? Health::survived : Health::previous_answer;
    }

  private:
    std::optional<std::string> get(const char* sql) {
        MYSQL* const mysql = login_.mysql.get();
        if (mysql_query(mysql, sql) != 0) return std::nullopt;
        const std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)> result(mysql_store_result(mysql),
                                                                      mysql_free_result);
        const MYSQL_ROW row = result ? mysql_fetch_row(result.get()) : nullptr;
        if (!row || !row[0]) return std::nullopt;
        return row[0];
    }

    db::Login login_ = db::log_in(backend_options().db);
};

template <typename Kind>
std::unique_ptr<Victim> make() {
    return std::make_unique<Kind>();
}

}  // namespace

const std::vector<VictimKind>& victim_kinds() {
    static const std::vector<VictimKind> all{
        {"malloc", "allocates and frees", [] {}, make<Allocating>},
        {"mutex", "keeps a table under a mutex", [] {}, make<Locking>},
        {"cache", "gets a key of memcached", Caching::prepare, make<Caching>},
        {"db", "queries the database", Querying::prepare, make<Querying>},
    };
    return all;
}

}  // namespace demo
