#include "master/setup/release.h"

#include "master/os/directory.h"
#include "worker/shared/arena.h"

#include <sys/resource.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace curfew::master {

namespace {

void require_room_for_arenas() {
    rlimit size{};
    ::getrlimit(RLIMIT_FSIZE, &size);
    if (size.rlim_cur >= worker::Arena::least_space) return;
    throw std::runtime_error("the limit of file sizes is " + std::to_string(size.rlim_cur >> 10) +
                             " KiB, and the shared memory of a worker counts as a file of " +
                             std::to_string(worker::Arena::least_space >> 10) +
                             " KiB at least; raise ulimit -f");
}

}  // namespace

Release::Release(Options all, int start) : options(std::move(all)) {
    require_room_for_arenas();  // the limit also concerns the copy of the application below
    const Excursion excursion(start);
    enter_directory(options.chdir);
    directory = std::make_shared<const UniqueFd>(open_working_directory());
    application = std::make_shared<const worker::ApplicationFile>(options.worker.app);
}

void Release::enter() const { checked(::fchdir(directory->get()), "fchdir"); }

}  // namespace curfew::master
