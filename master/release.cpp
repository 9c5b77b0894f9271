#include "master/release.h"

#include "master/directory.h"

#include <utility>

namespace curfew::master {

Release::Release(Options all, int start) : options(std::move(all)) {
    const Excursion excursion(start);
    enter_directory(options.chdir);
    directory = std::make_shared<const UniqueFd>(open_working_directory());
    application = std::make_shared<const worker::ApplicationFile>(options.worker.app);
}

void Release::enter() const { checked(::fchdir(directory->get()), "fchdir"); }

}  // namespace curfew::master
