#include "master/os/startup_pages.h"

#include <doctest/doctest.h>
#include <sys/mman.h>

#include <cstddef>
#include <fstream>
#include <string>

using namespace curfew::master;

namespace {

constexpr std::size_t page_size = 65536;  // the largest there are

struct Page {
    alignas(page_size) char bytes[page_size];
};

constinit const Page before_it{{'a'}};
constinit const Page written{{'b'}};
constinit const Page after_it{{'c'}};

/// What is there now, whatever the compiler knows of constants.
char read(const Page& page, std::size_t at = 0) {
    return static_cast<const volatile char*>(page.bytes)[at];
}

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
    CHECK(read(before_it) == 'a');
    const auto before = resident_kib();

    drop_startup_pages();

    CHECK(resident_kib() < before);
    CHECK(read(before_it) == 'a');
    CHECK(read(after_it) == 'c');
}

TEST_CASE("a page that somebody has changed stays, as a debugger's breakpoint must") {
    auto* const page = const_cast<Page*>(&written);
    REQUIRE(::mprotect(page, sizeof *page, PROT_READ | PROT_WRITE) == 0);
    page->bytes[7] = '!';
    REQUIRE(::mprotect(page, sizeof *page, PROT_READ) == 0);

    drop_startup_pages();

    CHECK(read(written, 7) == '!');
    CHECK(read(written) == 'b');
    CHECK(read(before_it) == 'a');
    CHECK(read(after_it) == 'c');
}
