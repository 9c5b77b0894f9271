#include "master/title.h"

#include <bsd/unistd.h>

namespace curfew::master {

void prepare_titles(int argc, char** argv, char** environment) {
    ::setproctitle_init(argc, argv, environment);
}

void set_title(const std::string& title) { ::setproctitle("-%s", title.c_str()); }

}  // namespace curfew::master
