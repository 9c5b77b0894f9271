#pragma once

#include <string>

namespace curfew::master {

// What texts of options must be. Each throws std::invalid_argument, which says what is wrong.

void check_not_empty(const std::string& text);
void check_bind(const std::string& text);
void check_umask(const std::string& text);  ///< or empty
void check_log_format(const std::string& text);
void check_upstream(const std::string& text);
void check_proxy(const std::string& text);
void check_field_name(const std::string& text);  ///< or empty

}  // namespace curfew::master
