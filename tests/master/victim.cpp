#include "tests/master/victim.h"

namespace curfew::tests {

[[gnu::noinline]] void spin_in_a_named_function(Told& told) {
    while (true) told.turns = told.turns + 1;
}

[[gnu::noinline]] void sleep_in_a_named_function() {
    while (true) ::usleep(500'000'000);
}

}  // namespace curfew::tests
