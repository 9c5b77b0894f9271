#pragma once

#include <cstdint>
#include <string>

namespace curfew::master {

/// To which part of the program the code of a frame belongs.
enum class Origin {
    application,  ///< what the server has loaded, and whatever that has brought along
    server,       ///< the server's executable
    library,      ///< the system's libraries, and templates of a library in the application
};

/// One call of a stack, with the names that the program has for it.
struct Frame {
    std::uint64_t address = 0;
    std::string function;      ///< demangled; empty: unknown
    std::string module;        ///< the file, without its directory; empty: in none
    std::uint64_t offset = 0;  ///< in the module, as addr2line takes it
    std::string source;        ///< "stuck.cpp:17"; empty: there is no debug information
    Origin origin = Origin::application;
};

/// "demo::stuck_in_sleep(curfew::Request const&) at stuck.cpp:42 (demo.so+0x1a2b)"
[[nodiscard]] std::string to_string(const Frame& frame);

}  // namespace curfew::master
