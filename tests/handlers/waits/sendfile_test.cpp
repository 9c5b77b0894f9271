#include "full_buffers.h"
#include "limited_calls.h"

#include <fcntl.h>
#include <sys/sendfile.h>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// A file with the text.
UniqueFd file() {
    char name[] = "/tmp/sendfile_waits_XXXXXX";
    UniqueFd made(checked_fd(::mkostemp(name, O_CLOEXEC), name));
    ::unlink(name);
    CHECK(::write(made.get(), text().data(), much) == static_cast<ssize_t>(much));
    return made;
}

}  // namespace

TEST_CASE("sendfile sends all within the limit, a part by the limit, and then says ETIMEDOUT") {
    const auto from = file();
    for_each_limit([&](const char* strategy) {
        Pair pair;
        off_t offset = 0;
        const auto send = [&] { return ::sendfile(pair.ours.get(), from.get(), &offset, much); };
        const auto part = limited(strategy, soon, send);
        CHECK(part.result > 0);
        CHECK(part.result < static_cast<long>(much));
        CHECK(offset == part.result);
        fill(pair.ours.get());
        CHECK(limited(strategy, soon, send) == failed(ETIMEDOUT));
        {
            const auto peer = shortly([&] { (void)read_all(pair.theirs.get()); });
            offset = 5;
            CHECK(limited(strategy, late, send) == done(much - 5));
            CHECK(limited(strategy, late, send) == done(0));
            pair.ours.reset();
        }
    });
}

TEST_CASE("sendfile of a little, to a pipe, to a file, and to a socket that does not block") {
    const auto from = file();
    for_each_limit([&](const char* strategy) {
        const auto send = [&](int to, std::size_t size) {
            return limited(strategy, late, [&] {
                off_t offset = 0;
                return ::sendfile(to, from.get(), &offset, size);
            });
        };
        const Pipe pipe;
        CHECK(send(pipe.write.get(), 10) == done(10));
        CHECK(send(file().get(), much) == done(much));
        CHECK(send(-1, 10) == failed(EBADF));
        const Pair pair(SOCK_STREAM | SOCK_NONBLOCK);
        const auto part = send(pair.ours.get(), much);
        CHECK(part.result > 0);
        CHECK(part.result < static_cast<long>(much));
        fill(pair.ours.get());
        CHECK(send(pair.ours.get(), much) == failed(EAGAIN));
    });
}

TEST_CASE("splice waits for either end, and ends at the limit") {
    for_each_limit([](const char* strategy) {
        const Pair pair;
        const Pipe pipe;
        const auto splice = [&](int from, int to, unsigned flags = 0) {
            return [=] { return ::splice(from, nullptr, to, nullptr, 100, flags); };
        };
        const auto in = splice(pair.ours.get(), pipe.write.get());
        const auto out = splice(pipe.read.get(), pair.ours.get());
        CHECK(limited(strategy, soon, in) == failed(ETIMEDOUT));
        CHECK(limited(strategy, soon, out) == failed(EIO));
        CHECK(
            limited(strategy, late, splice(pipe.read.get(), pair.ours.get(), SPLICE_F_NONBLOCK)) ==
            failed(EAGAIN));
        const auto peer = shortly([&] { pair.say("data"); });
        CHECK(limited(strategy, late, in) == done(4));
        CHECK(limited(strategy, late, out) == done(4));
        fill(pipe.write.get());
        fill(pair.ours.get());
        pair.say("data");
        CHECK(limited(strategy, soon, in) == failed(EIO));
        CHECK(limited(strategy, soon, out) == failed(ETIMEDOUT));
    });
}
