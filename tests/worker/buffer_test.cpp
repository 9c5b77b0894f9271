#include "worker/buffer.h"

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
    BlockPool pool;
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
    BlockPool pool;
    Buffer buffer(pool);
    const auto text = numbered(100'000);

    append(buffer, text);
    CHECK(buffer.view() == text);
    buffer.consume(99'000);
    append(buffer, text);

    CHECK(buffer.view() == text.substr(99'000) + text);
}

TEST_CASE("what was consumed makes room before memory is added") {
    BlockPool pool;
    Buffer buffer(pool);
    append(buffer, numbered(BlockPool::block_size));
    buffer.consume(BlockPool::block_size - 1);

    const auto room = buffer.room();

    CHECK(room.size() == BlockPool::block_size - 1);
    CHECK(buffer.view() == numbered(BlockPool::block_size).substr(BlockPool::block_size - 1));
}

TEST_CASE("views stay valid as long as there is room") {
    BlockPool pool;
    Buffer buffer(pool);
    append(buffer, "hello");
    const auto* const before = buffer.view().data();

    append(buffer, std::string(BlockPool::block_size - 5, 'x'));

    CHECK(buffer.view().data() == before);
}

TEST_CASE("a moved buffer takes its bytes along") {
    BlockPool pool;
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
    BlockPool pool;
    Buffer first(pool);
    append(first, "x");
    const auto* const block = first.view().data();
    first.consume(1);

    Buffer second(pool);
    append(second, "y");

    CHECK(second.view().data() == block);
}

TEST_CASE("blocks in use are different, and any number may be given back") {
    BlockPool pool;
    std::vector<std::unique_ptr<char[]>> blocks;
    std::set<const char*> distinct;
    for (int i = 0; i < 1000; ++i) {
        blocks.push_back(pool.take());
        std::fill_n(blocks.back().get(), BlockPool::block_size, 'x');
        distinct.insert(blocks.back().get());
    }
    CHECK(distinct.size() == 1000);
    for (auto& block : blocks) pool.give_back(std::move(block));
    CHECK(distinct.count(pool.take().get()) == 1);
}
