#include "../strategy.h"

#include "alarm.h"
#include "checkpoint_strategy.h"
#include "deadline_strategy.h"
#include "fiber_strategy.h"
#include "fork.h"
#include "io.h"
#include "none.h"
#include "process.h"
#include "thread.h"
#include "timer.h"

#include <algorithm>
#include <stdexcept>

namespace curfew {

const std::vector<Strategy*>& strategies() {
    // Never destroyed: at exit, abandoned functions may still run.
    static const auto& all = *new std::vector<Strategy*>{
        new None,    new Io,    new DeadlineStrategy,   new Thread,
        new Timer,   new Alarm, new CheckpointStrategy, new FiberStrategy,
        new Process, new Fork,
    };
    return all;
}

Strategy& strategy(std::string_view name) {
    const auto& all = strategies();
    const auto found =
        std::find_if(all.begin(), all.end(), [name](auto* each) { return each->name() == name; });
    if (found != all.end()) return **found;

    std::string choices;
    for (const auto* const each : all) {
        choices.append(choices.empty() ? "" : ", ").append(each->name());
    }
    throw std::invalid_argument("there is no strategy \"" + std::string(name) +
                                "\"; the choices are " + choices);
}

}  // namespace curfew
