#include "master/os/title.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

namespace curfew::master {

namespace {

/// Where the kernel finds what ps shows: the arguments and, behind them, the environment.
std::span<char> area;

/// Moves each text to memory of its own, for good, if it lies where the ones before ended. Returns
/// where the last such one ends.
char* move_away(char** texts, char* end) {
    // A variable that is unset later leaves the environment, and is no leak.
    static auto& moved = *new std::vector<char*>;
    for (; *texts != nullptr; ++texts) {
        if (*texts != end) continue;
        end += std::strlen(*texts) + 1;
        moved.push_back(*texts = ::strdup(*texts));
    }
    return end;
}

}  // namespace

void prepare_titles(char** argv, char** environment) {
    char* const begin = argv[0];
    area = {begin, move_away(environment, move_away(argv, begin))};
}

void set_title(const std::string& title) {
    if (area.empty()) return;
    std::ranges::fill(area, '\0');
    title.copy(area.data(), area.size() - 1);
}

}  // namespace curfew::master
