#include "worker/app/application_file.h"

#include "worker/app/application_error.h"
#include "worker/os/seal.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <vector>

namespace curfew::worker {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view mapped_prefix = "/memfd:";
constexpr std::string_view mapped_suffix = " (deleted)";

/// Of memfd_create(2).
constexpr std::size_t longest_name = 249;

fs::path find_library(const std::string& app) {
    if (app.empty()) {
        throw ApplicationError("no application: name one with --app, or app = \"...\" in the file",
                               ApplicationError::Status::configuration);
    }
    if (app.find('/') != std::string::npos) return app;

    const auto name = app.ends_with(".so") ? app : app + ".so";
    const auto here = fs::read_symlink("/proc/self/exe").parent_path();
    const std::vector<fs::path> places = {
        here / name,
        here.parent_path() / "handlers" / "demo" / name,  // where the build leaves the demo
        fs::path(CURFEW_LIBRARY_DIRECTORY) / name,
    };
    const auto found = std::ranges::find_if(places, [](const auto& place) {
        std::error_code ignored;
        return fs::exists(place, ignored);
    });
    if (found != places.end()) return *found;

    std::string looked;
    for (const auto& place : places) looked.append(looked.empty() ? "" : ", ").append(place);
    throw ApplicationError("cannot find the application \"" + app + "\": looked for " + looked);
}

/// For /proc/PID/maps and who reads it. The number tells it from the copies that this process has
/// made of the same file before.
std::string copy_name(const fs::path& original) {
    static int copies = 0;
    const auto number = "@" + std::to_string(++copies);
    const auto fits = [&](const std::string& name) {
        return name.size() + number.size() <= longest_name;
    };
    if (fits(original)) return original.string() + number;
    const auto file = original.filename().string();
    return (fits(file) ? file : "application") + number;
}

void copy(int from, int to) {
    while (true) {
        const auto count = ::sendfile(to, from, nullptr, std::size_t{1} << 30);
        if (count == 0) return;
        if (count < 0 && errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "copying it");
        }
    }
}

bool same_content(const struct stat& a, const struct stat& b) noexcept {
    return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
           a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

ApplicationFile::ApplicationFile(const std::string& app) {
    const auto found = find_library(app);
    name_ = found.string();
    try {
        const auto file =
            checked_fd(::open(found.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK), "open");
        struct stat before {};
        checked(::fstat(file.get(), &before), "fstat");
        if (!S_ISREG(before.st_mode)) throw std::runtime_error("is not a file");
        // As it is now: links on the way may lead elsewhere by the time that it is loaded.
        const auto path = fs::canonical(found);
        directory_ = path.parent_path();
        copy_ = checked_fd(::memfd_create(copy_name(path).c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING),
                           "memfd_create");
        copy(file.get(), copy_.get());
        struct stat after {};
        checked(::fstat(file.get(), &after), "fstat");
        if (!same_content(before, after)) {
            throw std::runtime_error("was written to while it was read; try again");
        }
    } catch (const std::system_error& error) {
        throw ApplicationError("cannot load the application: " + name_ + ": " +
                               error.code().message());
    } catch (const std::runtime_error& error) {
        throw ApplicationError("cannot load the application: " + name_ + " " + error.what());
    }
    seal(copy_.get());  // no worker may change what the others load
}

std::string ApplicationFile::path() const {
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(copy_.get());
}

std::string ApplicationFile::original(std::string_view mapped) {
    if (!mapped.starts_with(mapped_prefix)) return std::string(mapped);
    mapped.remove_prefix(mapped_prefix.size());
    return std::string(mapped.substr(0, mapped.rfind('@')));
}

UniqueFd ApplicationFile::open_copy(std::string_view mapped) {
    if (!mapped.starts_with(mapped_prefix)) return {};
    if (mapped.ends_with(mapped_suffix)) mapped.remove_suffix(mapped_suffix.size());
    const auto wanted = std::string(mapped).append(mapped_suffix);
    std::error_code error;
    for (const auto& each : fs::directory_iterator("/proc/self/fd", error)) {
        const auto link = fs::read_symlink(each.path(), error).string();
        if (!error && link == wanted) {
            return UniqueFd(::open(each.path().c_str(), O_RDONLY | O_CLOEXEC));
        }
    }
    return {};
}

}  // namespace curfew::worker
