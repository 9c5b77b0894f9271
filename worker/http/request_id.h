#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace curfew::worker {

/// True for an X-Request-Id that may go into logs and back to the client: 1 to 64 of `A-Z a-z 0-9
/// . _ -`.
[[nodiscard]] bool is_sane_request_id(std::string_view id) noexcept;

/// Makes request ids: 24 hexadecimal digits, of which 16 are random for each worker and 8 count.
class RequestIds {
  public:
    static constexpr std::size_t size = 24;
    using Text = std::array<char, size>;

    RequestIds();

    void next(Text& id) noexcept;

  private:
    Text text_;
    std::uint32_t count_ = 0;
};

}  // namespace curfew::worker
