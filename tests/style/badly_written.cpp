#include <string>
#include <utility>

// clang-tidy must refuse this: the text is used after it was moved.
std::string twice(std::string text) {
    std::string once = std::move(text);
    return once + text;
}
