// Functions of libc that block in system calls which libc makes itself.
#include "handlers/base/error.h"
#include "handlers/context/call_context.h"
#include "handlers/timeouts/with_timeout.h"
#include "tests/support/rescue.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// A stream on one end of a pair of sockets, and the other end.
struct Stream {
    std::array<int, 2> ends{-1, -1};
    FILE* file = nullptr;

    explicit Stream(const char* mode = "r+") {
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        file = ::fdopen(ends[0], mode);
        REQUIRE(file != nullptr);
    }
    ~Stream() {
        ::close(ends[1]);
        std::fclose(file);
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    void say(const std::string& text) const {
        REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    [[nodiscard]] Rescue rescue() const {
        return Rescue([end = ends[1]] { ::shutdown(end, SHUT_RDWR); });
    }
};

const std::array strategies_of_waits{"deadline", "fiber"};

/// What a read of the stream gives under a limit of 100 ms.
struct Outcome {
    bool late = false;
    bool ended = false;  ///< by an error or the end of the stream
    int error = 0;
};

template <typename Read>
Outcome read_late(const char* by, Read read) {
    Outcome outcome;
    try {
        with_timeout(100ms, by, [&] {
            outcome.ended = read();
            outcome.error = errno;
        });
    } catch (const TimeoutError&) {
        outcome.late = true;
    }
    return outcome;
}

}  // namespace

TEST_CASE("fgets, getline, getc, fread and fscanf end at the limit, and the stream goes on") {
    const std::vector<std::pair<const char*, bool (*)(FILE*)>> reads{
        {"fgets",
         [](FILE* file) {
             std::array<char, 80> line;
             return std::fgets(line.data(), line.size(), file) == nullptr;
         }},
        {"getline",
         [](FILE* file) {
             char* line = nullptr;
             std::size_t size = 0;
             // At an error it returns what it has read, as at the end of a file.
             const bool ended = ::getline(&line, &size, file) < 0 || std::ferror(file);
             std::free(line);
             return ended;
         }},
        {"fread",
         [](FILE* file) {
             std::array<char, 80> bytes;
             return std::fread(bytes.data(), 1, bytes.size(), file) < bytes.size();
         }},
        {"fscanf",
         [](FILE* file) {
             int a = 0, b = 0;
             return std::fscanf(file, "%d %d", &a, &b) < 2;
         }},
        {"getc",
         [](FILE* file) {
             while (std::getc(file) != EOF) continue;
             return true;
         }},
    };
    for (const auto* const by : strategies_of_waits) {
        for (const auto& [name, read] : reads) {
            CAPTURE(by);
            CAPTURE(name);
            const Stream stream;
            stream.say("12");  // not all that it wants
            auto rescue = stream.rescue();

            const auto outcome = read_late(by, [&] { return read(stream.file); });

            CHECK_FALSE(rescue.needed());
            CHECK(outcome.late);
            CHECK(outcome.ended);
            CHECK(outcome.error == ETIMEDOUT);

            std::clearerr(stream.file);
            stream.say("7\n");
            std::array<char, 80> line{};
            CHECK(std::fgets(line.data(), line.size(), stream.file) != nullptr);
        }
    }
}

TEST_CASE("fwrite, fputs, fprintf, fflush and fclose to a full peer end at the limit") {
    const std::vector<std::pair<const char*, bool (*)(FILE*)>> writes{
        {"fwrite",
         [](FILE* file) {
             const std::string much(1 << 22, 'x');
             return std::fwrite(much.data(), 1, much.size(), file) < much.size();
         }},
        {"fputs",
         [](FILE* file) { return std::fputs(std::string(1 << 22, 'x').c_str(), file) == EOF; }},
        {"fprintf",
         [](FILE* file) {
             return std::fprintf(file, "%s", std::string(1 << 22, 'x').c_str()) < 0;
         }},
        {"putc and fflush",
         [](FILE* file) {
             while (std::putc('x', file) != EOF) {
                 if (std::fflush(file) == EOF) return true;
             }
             return false;
         }},
    };
    for (const auto* const by : strategies_of_waits) {
        for (const auto& [name, write] : writes) {
            CAPTURE(by);
            CAPTURE(name);
            const Stream stream;
            auto rescue = stream.rescue();

            const auto outcome = read_late(by, [&] { return write(stream.file); });

            CHECK_FALSE(rescue.needed());
            CHECK(outcome.late);
            CHECK(outcome.ended);
            CHECK(outcome.error == ETIMEDOUT);
        }
    }
}

TEST_CASE("open and fopen of a FIFO without another end end at the limit, and open it later") {
    std::array<char, 32> directory{"/tmp/curfew_fifo_XXXXXX"};
    REQUIRE(::mkdtemp(directory.data()) != nullptr);
    const auto path = std::string(directory.data()) + "/fifo";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    for (const auto* const by : strategies_of_waits) {
        CAPTURE(by);
        Rescue rescue([&] { ::close(::open(path.c_str(), O_RDWR | O_NONBLOCK)); });
        const auto opened =
            read_late(by, [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC) < 0; });
        const auto file = read_late(by, [&] { return std::fopen(path.c_str(), "w") == nullptr; });
        CHECK_FALSE(rescue.needed());
        for (const auto& outcome : {opened, file}) {
            CHECK(outcome.late);
            CHECK(outcome.ended);
            CHECK(outcome.error == EIO);
        }

        std::thread writer([&] {
            std::this_thread::sleep_for(20ms);
            ::close(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        });
        int fd = -1;
        with_timeout(20s, by, [&] { fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC); });
        writer.join();
        CHECK(fd >= 0);
        ::close(fd);
    }
    ::unlink(path.c_str());
    ::rmdir(directory.data());
}

TEST_CASE("a file is opened, read and written under a limit as without one") {
    for (const auto* const by : strategies_of_waits) {
        with_timeout(20s, by, [] {
            FILE* const file = std::tmpfile();
            REQUIRE(file != nullptr);
            CHECK(std::fprintf(file, "%d %s\n", 12, "apples") > 0);
            std::rewind(file);
            int number = 0;
            std::array<char, 8> word{};
            CHECK(std::fscanf(file, "%d %7s", &number, word.data()) == 2);
            CHECK(number == 12);
            CHECK(std::string(word.data()) == "apples");
            CHECK(std::fclose(file) == 0);
            CHECK(std::fopen("/nonexistent/file", "r") == nullptr);
            CHECK(errno == ENOENT);
        });
    }
}

TEST_CASE("a child process that was forked in a read has its own timer") {
    const Stream stream;
    with_timeout(50ms, "deadline", [&] {
        stream.say("1");
        return std::fgetc(stream.file);
    });
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(20);
        const auto outcome = read_late("deadline", [&] { return std::fgetc(stream.file) == EOF; });
        ::_exit(outcome.late && outcome.ended ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

TEST_CASE("a stream that is answered in time is read whole") {
    for (const auto* const by : strategies_of_waits) {
        CAPTURE(by);
        const Stream stream;
        std::array<char, 80> line{};
        std::thread peer([&] {
            for (const char each : std::string("hello\n")) {
                std::this_thread::sleep_for(5ms);
                stream.say(std::string(1, each));
            }
        });

        with_timeout(20s, by, [&] {
            CHECK(std::fgets(line.data(), line.size(), stream.file) == line.data());
        });

        peer.join();
        CHECK(std::string(line.data()) == "hello\n");
    }
}

TEST_CASE("the sooner of two limits ends a read, and the later one the next") {
    const Stream stream;
    auto rescue = stream.rescue();
    int inner = 0, outer = 0;

    CHECK_THROWS_AS(with_timeout(200ms, "deadline",
                                 [&] {
                                     try {
                                         with_timeout(50ms, "deadline",
                                                      [&] { return std::fgetc(stream.file); });
                                     } catch (const TimeoutError&) {
                                         ++inner;
                                     }
                                     CHECK_FALSE(call_context().expired());
                                     std::clearerr(stream.file);
                                     if (std::fgetc(stream.file) == EOF) ++outer;
                                 }),
                    TimeoutError);

    CHECK_FALSE(rescue.needed());
    CHECK(inner == 1);
    CHECK(outer == 1);
}

TEST_CASE("a token that a timer raises ends a read") {
    const Stream stream;
    auto rescue = stream.rescue();

    CHECK(read_late("timer", [&] { return std::fgetc(stream.file) == EOF; }).late);

    CHECK_FALSE(rescue.needed());
}

TEST_CASE("code without a limit is not interrupted by the limit of code before") {
    const Stream stream;
    stream.say("1");
    with_timeout(50ms, "deadline", [&] { return std::fgetc(stream.file); });
    auto late = std::thread([&] {
        std::this_thread::sleep_for(200ms);
        stream.say("2");
    });

    CHECK(std::fgetc(stream.file) == '2');

    CHECK_FALSE(std::ferror(stream.file));
    late.join();
}

TEST_CASE("once the scope of a limit is over, its timer interrupts no poll and no sleep") {
    for (const auto* by : strategies_of_waits) {
        CAPTURE(by);
        const Stream stream;
        const auto read_line = [&] {
            stream.say("a line\n");
            std::array<char, 16> line{};
            CHECK(std::fgets(line.data(), line.size(), stream.file) != nullptr);
        };
        const auto nothing_interrupts = [] {
            CHECK(::poll(nullptr, 0, 150) == 0);
            timeval time{.tv_sec = 0, .tv_usec = 150'000};
            CHECK(::select(0, nullptr, nullptr, nullptr, &time) == 0);
        };
        with_timeout(100ms, by, read_line);
        nothing_interrupts();
        with_timeout(10s, by, [&] {
            with_timeout(100ms, by, read_line);
            nothing_interrupts();
        });
        CHECK(read_late(by, [&] {
                  std::array<char, 16> line{};
                  return std::fgets(line.data(), line.size(), stream.file) == nullptr;
              }).late);
        std::clearerr(stream.file);
        nothing_interrupts();
    }
}

TEST_CASE("the outer limit of a stream ends its reads after an inner limit is over") {
    for (const auto* by : strategies_of_waits) {
        CAPTURE(by);
        const Stream stream;
        const auto rescue = stream.rescue();
        const auto outcome = read_late(by, [&] {
            with_timeout(50ms, by, [&] {
                stream.say("a\n");
                CHECK(std::fgetc(stream.file) == 'a');
                CHECK(std::fgetc(stream.file) == '\n');
            });
            return std::fgetc(stream.file) == EOF;
        });
        CHECK(outcome.late);
        CHECK(outcome.ended);
    }
}

TEST_CASE("a timer that was met by blocked signals interrupts nothing when they come back") {
    const Stream stream;
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    read_late("deadline", [&] {
        stream.say("a line\n");
        std::array<char, 16> line{};
        CHECK(std::fgets(line.data(), line.size(), stream.file) != nullptr);
        ::pthread_sigmask(SIG_SETMASK, &all, &before);
        ::poll(nullptr, 0, 1000);
        return true;
    });
    const timespec time{.tv_sec = 0, .tv_nsec = 100'000'000};
    CHECK(::ppoll(nullptr, 0, &time, &before) == 0);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("a thread that outlives the limit of its maker is not interrupted at that limit") {
    const Stream stream;
    std::thread started;
    with_timeout(100ms, "deadline", [&] {
        stream.say("a line\n");
        started = std::thread([&] {
            std::array<char, 16> line{};
            CHECK(std::fgets(line.data(), line.size(), stream.file) != nullptr);
            CHECK(std::fgets(line.data(), line.size(), stream.file) != nullptr);
            while (!call_context().lose_borrowed_limit()) std::this_thread::yield();
            CHECK(::poll(nullptr, 0, 200) == 0);
        });
        stream.say("another\n");
        std::this_thread::sleep_for(20ms);
    });
    started.join();
}
