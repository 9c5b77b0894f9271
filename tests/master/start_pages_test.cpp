#include "master/start_pages.h"

#include <doctest/doctest.h>
#include <sys/mman.h>

#include <cstddef>
#include <fstream>
#include <string>

using namespace curfew::master;

namespace {

constexpr std::size_t page_size = 4096;

struct Page {
    alignas(page_size) char bytes[page_size];
};

constinit const volatile Page before_it{{'a'}};
constinit const volatile Page written{{'b'}};
constinit const volatile Page after_it{{'c'}};

long resident_kib() {
    std::ifstream file("/proc/self/smaps_rollup");
    std::string word;
    while (file >> word && word != "Rss:") continue;
    long kib = 0;
    file >> kib;
    return kib;
}

}  // namespace

TEST_CASE("the pages of the start go, and come back when they are used") {
    CHECK(before_it.bytes[0] == 'a');
    const auto before = resident_kib();

    drop_start_pages();

    CHECK(resident_kib() < before);
    CHECK(before_it.bytes[0] == 'a');
    CHECK(after_it.bytes[0] == 'c');
}

TEST_CASE("a page that somebody has changed stays, as a debugger's breakpoint must") {
    auto* const page = const_cast<Page*>(&written);
    REQUIRE(::mprotect(page, sizeof *page, PROT_READ | PROT_WRITE) == 0);
    const_cast<volatile char&>(page->bytes[7]) = '!';
    REQUIRE(::mprotect(page, sizeof *page, PROT_READ) == 0);

    drop_start_pages();

    CHECK(written.bytes[7] == '!');
    CHECK(written.bytes[0] == 'b');
    CHECK(before_it.bytes[0] == 'a');
    CHECK(after_it.bytes[0] == 'c');
}
