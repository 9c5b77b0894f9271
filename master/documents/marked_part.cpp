#include "master/documents/marked_part.h"

#include <stdexcept>

namespace curfew::master {

std::string with_marked_part(std::string_view name, const std::string& document,
                             std::string_view begin_mark, std::string_view end_mark,
                             std::string_view part) {
    const std::size_t begin = document.find(begin_mark);
    const std::size_t end = begin == document.npos ? begin : document.find(end_mark, begin);
    if (end == document.npos) {
        throw std::runtime_error(std::string(name) + " has no line " +
                                 std::string(begin_mark.substr(0, begin_mark.find('\n'))));
    }
    std::string text = document.substr(0, begin + begin_mark.size());
    return text.append(part).append(document, end);
}

}  // namespace curfew::master
