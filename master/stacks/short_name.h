#pragma once

#include <string>
#include <string_view>

namespace curfew::master {

/// A demangled name as a person would write it: std::string by that name, long template arguments
/// as "<...>", no unnamed namespaces, parameters as "(...)" if they are long.
[[nodiscard]] std::string short_name(std::string_view function);

/// The same without its parameters: "curfew::http::get".
[[nodiscard]] std::string bare_name(std::string_view function);

}  // namespace curfew::master
