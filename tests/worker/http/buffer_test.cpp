#include "worker/http/buffer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

using namespace curfew::worker;

namespace {

void append(Buffer& buffer, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto room = buffer.room();
        REQUIRE_FALSE(room.empty());
        const auto count = bytes.copy(room.data(), room.size());
        buffer.commit(count);
        bytes.remove_prefix(count);
    }
}

std::string numbered(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    return text;
}

}  // namespace

TEST_CASE("a buffer gives back what was put in, front first") {
    Arena pool;
    Buffer buffer(pool);
    CHECK(buffer.empty());

    append(buffer, "hello");
    append(buffer, " world");
    buffer.consume(6);

    CHECK(buffer.view() == "world");
    CHECK(buffer.size() == 5);
    buffer.consume(5);
    CHECK(buffer.empty());
    CHECK(buffer.view().empty());
}

TEST_CASE("a buffer grows without losing a byte") {
    Arena pool;
    Buffer buffer(pool);
    const auto text = numbered(100'000);

    append(buffer, text);
    CHECK(buffer.view() == text);
    buffer.consume(99'000);
    append(buffer, text);

    CHECK(buffer.view() == text.substr(99'000) + text);
}

TEST_CASE("what was consumed makes room before memory is added") {
    Arena pool;
    Buffer buffer(pool);
    append(buffer, numbered(Arena::least));
    buffer.consume(Arena::least - 1);

    const auto room = buffer.room();

    CHECK(room.size() == Arena::least - 1);
    CHECK(buffer.view() == numbered(Arena::least).substr(Arena::least - 1));
}

TEST_CASE("views stay valid as long as there is room") {
    Arena pool;
    Buffer buffer(pool);
    append(buffer, "hello");
    const auto* const before = buffer.view().data();

    append(buffer, std::string(Arena::least - 5, 'x'));

    CHECK(buffer.view().data() == before);
}

TEST_CASE("a moved buffer takes its bytes along") {
    Arena pool;
    Buffer first(pool);
    Buffer second(pool);
    append(first, "first");
    append(second, "second");
    const auto* const bytes = first.view().data();

    std::swap(first, second);

    CHECK(first.view() == "second");
    CHECK(second.view() == "first");
    CHECK(second.view().data() == bytes);
    Buffer third(std::move(second));
    CHECK(third.view() == "first");
}

TEST_CASE("an empty buffer's block serves the next one") {
    Arena pool;
    Buffer first(pool);
    append(first, "x");
    const auto* const block = first.view().data();
    first.consume(1);

    Buffer second(pool);
    append(second, "y");

    CHECK(second.view().data() == block);
}

TEST_CASE("blocks in use are different, and any number may be given back") {
    Arena arena;
    std::vector<char*> blocks;
    for (int i = 0; i < 1000; ++i) {
        blocks.push_back(arena.take(Arena::least));
        std::fill_n(blocks.back(), Arena::least, 'x');
    }
    const std::set<const char*> distinct(blocks.begin(), blocks.end());
    CHECK(distinct.size() == 1000);

    for (char* const block : blocks) arena.give_back(block, Arena::least);

    CHECK(distinct.count(arena.take(Arena::least)) == 1);
}

TEST_CASE("what a buffer holds can be read by the arena's descriptor") {
    Arena arena;
    Buffer buffer(arena);
    append(buffer, numbered(50'000));
    buffer.consume(7);

    const auto extent = buffer.extent();

    std::string read(extent.size, ' ');
    REQUIRE(::pread(arena.fd(), read.data(), read.size(), static_cast<off_t>(extent.offset)) ==
            49'993);
    CHECK(read == buffer.view());
}

TEST_CASE("bytes that make room stay where they were until more is committed") {
    Arena arena;
    Buffer buffer(arena);
    append(buffer, numbered(Arena::least));
    const auto before = buffer.extent();

    (void)buffer.room();

    CHECK(std::string_view(arena.at(before.offset), before.size) == numbered(Arena::least));
    CHECK(buffer.extent().offset != before.offset);
    CHECK(buffer.view() == numbered(Arena::least));
}
