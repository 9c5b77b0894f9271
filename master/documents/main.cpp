// Writes the documents that say which options there are, and which waits obey a limit.
//
//   write_documents manual PAGE     the manual page, to standard output
//   write_documents write TREE      conf/curfew.toml, the table in README.md and that in
//                                   docs/manual.md, where they differ

#include "master/config/config.h"
#include "master/config/declarations.h"
#include "master/documents/manual_page.h"
#include "master/documents/readme.h"
#include "master/documents/waits.h"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

using namespace curfew;
using namespace curfew::master;

namespace {

using Path = std::filesystem::path;

std::string read(const Path& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path.string() + ": cannot be read");
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const Path& path, const std::string& text) {
    if (read(path) == text) return;
    std::ofstream file(path);
    file << text;
    file.close();
    if (!file) throw std::runtime_error(path.string() + ": cannot be written");
    std::printf("%s\n", path.c_str());
}

int run(std::string_view what, const Path& path) {
    Options defaults;
    const OptionTable table = table_of(defaults);
    if (what == "manual") {
        worker::RouteOverride none;
        std::fputs(manual_page(read(path), table, route_keys(none)).c_str(), stdout);
        return 0;
    }
    if (what == "write") {
        write(path / "conf" / "curfew.toml", print_config(defaults));
        write(path / "README.md", readme_with_options(read(path / "README.md"), table));
        const Path manual = path / "docs" / "manual.md";
        write(manual, manual_with_waits(read(manual)));
        return 0;
    }
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return argc == 3 ? run(argv[1], argv[2]) : 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "write_documents: %s\n", error.what());
        return 1;
    }
}
