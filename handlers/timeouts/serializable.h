#pragma once

#include "payload.h"

#include <cereal/types/array.hpp>
#include <cereal/types/chrono.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/unordered_map.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>

#include <concepts>
#include <typeinfo>

namespace curfew {

namespace detail {

/// cereal's own answer is about a type itself; for what a container holds it only finds out when
/// it compiles.
template <typename T>
struct Crosses : std::bool_constant<!std::is_pointer_v<T> && std::default_initializable<T> &&
                                    (std::is_empty_v<T> ||
                                     (cereal::traits::is_output_serializable<T, Packer>::value &&
                                      cereal::traits::is_input_serializable<T, Unpacker>::value))> {
};

template <>
struct Crosses<void> : std::true_type {};

template <typename... Parts>
struct AllCross : std::conjunction<Crosses<std::remove_cv_t<Parts>>...> {};

template <typename T, std::size_t N>
struct Crosses<std::array<T, N>> : AllCross<T> {};
template <typename... Parts>
struct Crosses<std::map<Parts...>>
    : AllCross<typename std::map<Parts...>::key_type, typename std::map<Parts...>::mapped_type> {};
template <typename T>
struct Crosses<std::optional<T>> : AllCross<T> {};
template <typename... Parts>
struct Crosses<std::set<Parts...>> : AllCross<typename std::set<Parts...>::key_type> {};
template <typename... Parts>
struct Crosses<std::tuple<Parts...>> : AllCross<Parts...> {};
template <typename... Parts>
struct Crosses<std::unordered_map<Parts...>>
    : AllCross<typename std::unordered_map<Parts...>::key_type,
               typename std::unordered_map<Parts...>::mapped_type> {};
template <typename First, typename Second>
struct Crosses<std::pair<First, Second>> : AllCross<First, Second> {};
template <typename... Parts>
struct Crosses<std::variant<Parts...>> : AllCross<Parts...> {};
template <typename T, typename Allocator>
struct Crosses<std::vector<T, Allocator>> : AllCross<T> {};

}  // namespace detail

/// Whether a value can go to another process: numbers, enums, strings, times, vector, array,
/// map, set, optional, pair, tuple and variant of such, and every type that says how (see cereal: a
/// member `template <class Archive> void serialize(Archive& archive) { archive(name, amount); }`).
/// Not pointers of any kind, views, functions.
template <typename T>
inline constexpr bool is_serializable = detail::Crosses<T>::value;

/// Throw std::logic_error for a call that cannot run in another process.
[[noreturn]] void refuse_captures();
[[noreturn]] void refuse_type(const char* what, const std::type_info& type);

/// `what`: "result", "argument".
template <typename T>
void check_serializable(const char* what) {
    if constexpr (!is_serializable<T>) refuse_type(what, typeid(T));
}

}  // namespace curfew
