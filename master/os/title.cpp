#include "master/os/title.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

namespace curfew::master {

namespace {

/// The memory that ps shows: the arguments of the process, followed by its environment.
std::span<char> area;

/// Copies each text that begins where the previous one ended, and replaces its pointer by the copy,
/// which is never freed. Returns the end of the last such text.
char* move_away(char** texts, char* end) {
    // Keeps the pointers, so that leak checkers do not report variables that are unset later.
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
