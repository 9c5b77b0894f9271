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

/// cereal's own traits are about a type itself. Whether the elements of a container are
/// serializable shows only when cereal's functions are compiled, so this looks at the elements as
/// well.
template <typename T>
struct IsSerializable
    : std::bool_constant<!std::is_pointer_v<T> && std::default_initializable<T> &&
                         (std::is_empty_v<T> ||
                          (cereal::traits::is_output_serializable<T, Packer>::value &&
                           cereal::traits::is_input_serializable<T, Unpacker>::value))> {};

template <>
struct IsSerializable<void> : std::true_type {};

template <typename... Parts>
struct AllSerializable : std::conjunction<IsSerializable<std::remove_cv_t<Parts>>...> {};

template <typename T, std::size_t N>
struct IsSerializable<std::array<T, N>> : AllSerializable<T> {};
template <typename... Parts>
struct IsSerializable<std::map<Parts...>>
    : AllSerializable<typename std::map<Parts...>::key_type,
                      typename std::map<Parts...>::mapped_type> {};
template <typename T>
struct IsSerializable<std::optional<T>> : AllSerializable<T> {};
template <typename... Parts>
struct IsSerializable<std::set<Parts...>> : AllSerializable<typename std::set<Parts...>::key_type> {
};
template <typename... Parts>
struct IsSerializable<std::tuple<Parts...>> : AllSerializable<Parts...> {};
template <typename... Parts>
struct IsSerializable<std::unordered_map<Parts...>>
    : AllSerializable<typename std::unordered_map<Parts...>::key_type,
                      typename std::unordered_map<Parts...>::mapped_type> {};
template <typename First, typename Second>
struct IsSerializable<std::pair<First, Second>> : AllSerializable<First, Second> {};
template <typename... Parts>
struct IsSerializable<std::variant<Parts...>> : AllSerializable<Parts...> {};
template <typename T, typename Allocator>
struct IsSerializable<std::vector<T, Allocator>> : AllSerializable<T> {};

}  // namespace detail

/// Whether a value can go to another process: numbers, enums, strings, times, vector, array,
/// map, set, optional, pair, tuple and variant of such, and every type that says how (see cereal: a
/// member `template <class Archive> void serialize(Archive& archive) { archive(name, amount); }`).
/// Not pointers of any kind, views, functions.
template <typename T>
inline constexpr bool is_serializable = detail::IsSerializable<T>::value;

/// Throw std::logic_error for a call that cannot run in another process.
[[noreturn]] void refuse_captures();
[[noreturn]] void refuse_type(const char* what, const std::type_info& type);

/// `what`: "result", "argument".
template <typename T>
void check_serializable(const char* what) {
    if constexpr (!is_serializable<T>) refuse_type(what, typeid(T));
}

}  // namespace curfew
