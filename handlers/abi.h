#pragma once

#include "base/deadline.h"
#include "base/error.h"
#include "base/fnv1a.h"
#include "http/extension.h"
#include "http/headers.h"
#include "http/request.h"
#include "http/response.h"
#include "routing/route.h"
#include "routing/router.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace curfew::abi {

/// To be raised with each change of the headers that an application compiled before would not
/// survive, and that changes the size of no type: members that trade places, another meaning,
/// another virtual function.
inline constexpr std::uint64_t revision = 1;

namespace detail {

template <typename... Types>
constexpr std::uint64_t mix_layouts(std::uint64_t hash) noexcept {
    ((hash = fnv1a(fnv1a(hash, sizeof(Types)), alignof(Types))), ...);
    return hash;
}

}  // namespace detail

/// A number for the layout of the types that server and application exchange, as this compiler lays
/// them out with its options. Other headers, another standard library or another mode of it give
/// another number.
[[nodiscard]] constexpr std::uint64_t tag() noexcept {
    return detail::mix_layouts<Request, RequestParts, Response, Headers, Route, Router, Deadline,
                               Duration, Extension, HttpError, TimeoutError, std::string,
                               std::vector<std::string>, std::function<void()>>(
        fnv1a(fnv1a_basis, revision));
}

}  // namespace curfew::abi

namespace curfew {

/// What the server reads first in an application. It never changes, so that any server can read
/// that of any application.
struct ApplicationDescriptor {
    std::uint64_t tag;        ///< abi::tag(), of the headers that it was compiled with
    void (*routes)(Router&);  ///< null: there is none
};

}  // namespace curfew
