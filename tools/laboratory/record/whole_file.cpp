#include "tools/laboratory/record/whole_file.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace curfew::laboratory {

void replace_file(const std::string& path, std::string_view text) {
    const auto unfinished = path + ".part";
    std::ofstream file(unfinished, std::ios::binary);
    file << text;
    file.close();
    std::error_code error;
    if (file) std::filesystem::rename(unfinished, path, error);
    if (!file || error) throw std::runtime_error(path + ": cannot be written");
}

}  // namespace curfew::laboratory
