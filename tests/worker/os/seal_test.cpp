#include "handlers/base/unique_fd.h"
#include "worker/os/seal.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

using namespace curfew;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t size = 4096;

/// A file in memory that somebody has mapped for writing: the kernel says that it is in use.
struct Mapped {
    UniqueFd file =
        checked_fd(::memfd_create("seal_test", MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create");
    void* memory = nullptr;

    Mapped() {
        checked(::ftruncate(file.get(), size), "ftruncate");
        memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
        REQUIRE(memory != MAP_FAILED);
    }
    ~Mapped() { unmap(); }

    /// Once: another mapping may be there afterwards.
    void unmap() {
        if (memory != nullptr) ::munmap(std::exchange(memory, nullptr), size);
    }
};

}  // namespace

TEST_CASE("a file in memory that is in use for a moment is sealed when it is not any more") {
    Mapped mapped;
    std::thread end([&] {
        std::this_thread::sleep_for(50ms);
        mapped.unmap();
    });

    CHECK_NOTHROW(worker::seal(mapped.file.get()));

    end.join();
    const std::string text = "text";
    CHECK(::write(mapped.file.get(), text.data(), text.size()) == -1);
    CHECK(errno == EPERM);
}

TEST_CASE("a file in memory that stays in use is not sealed for ever") {
    const Mapped mapped;

    CHECK_THROWS_AS(worker::seal(mapped.file.get()), std::system_error);
}
