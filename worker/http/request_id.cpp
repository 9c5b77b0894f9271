#include "worker/http/request_id.h"

#include <algorithm>
#include <random>

namespace curfew::worker {

namespace {

void write_hex(char* to, std::uint32_t number) noexcept {
    constexpr char digits[] = "0123456789abcdef";
    for (int i = 7; i >= 0; --i, number >>= 4) to[i] = digits[number & 15];
}

bool is_sane(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

}  // namespace

bool is_sane_request_id(std::string_view id) noexcept {
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), is_sane);
}

RequestIds::RequestIds() {
    std::random_device random;
    write_hex(text_.data(), random());
    write_hex(text_.data() + 8, random());
}

void RequestIds::next(Text& id) noexcept {
    write_hex(text_.data() + 16, count_++);
    id = text_;
}

}  // namespace curfew::worker
