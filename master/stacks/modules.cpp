#include "master/stacks/modules.h"

#include "master/stacks/handler_call.h"
#include "master/stacks/short_name.h"
#include "worker/app/application_file.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace curfew::master {

namespace {

/// Uses only debug information in the file itself. The usual search on disk and on servers takes
/// too long.
int find_nothing(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*, GElf_Word,
                 char**) noexcept {
    return -1;
}

/// The application is a copy without a path. This process has the copy open, too.
int find_elf(Dwfl_Module* module, void** userdata, const char* name, Dwarf_Addr base,
             char** file_name, Elf** elf) {
    if (auto copy = worker::ApplicationFile::open_copy(name)) return copy.release();
    return ::dwfl_linux_proc_find_elf(module, userdata, name, base, file_name, elf);
}

const Dwfl_Callbacks callbacks = {
    .find_elf = find_elf,
    .find_debuginfo = find_nothing,
    .section_address = nullptr,
    .debuginfo_path = nullptr,
};

std::string base_name(const char* path) {
    const std::string text(path ? path : "");
    return text.substr(text.rfind('/') + 1);
}

std::string demangled(const char* name) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> plain(
        abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
    return plain ? plain.get() : name;
}

bool is_servers(const Frame& frame) { return frame.function.starts_with("curfew::worker::"); }

/// Where distributions install libraries.
constexpr std::string_view system_directories[] = {"/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/"};

std::string own_name() {
    static const auto path = std::filesystem::read_symlink("/proc/self/exe").string();
    return base_name(path.c_str());
}

/// Decides by the file of the frame. Templates of libraries that are compiled into the application
/// are found by their names.
Origin origin_of(std::string_view path, const Frame& frame) {
    if (frame.module == own_name()) return Origin::server;
    const bool installed = path.find("/curfew/") != path.npos;  // an installed application
    const bool systems = std::ranges::any_of(
        system_directories, [path](auto directory) { return path.starts_with(directory); });
    if ((systems && !installed) || path.starts_with("[")) return Origin::library;
    const auto name = bare_name(frame.function);
    return name.starts_with("std::") || name.starts_with("curfew::") ? Origin::library
                                                                     : Origin::application;
}

std::string source_of(Dwfl_Module* module, Dwarf_Addr address) {
    Dwfl_Line* const line = ::dwfl_module_getsrc(module, address);
    int number = 0;
    const char* const file =
        line ? ::dwfl_lineinfo(line, nullptr, &number, nullptr, nullptr, nullptr) : nullptr;
    return file ? base_name(file) + ":" + std::to_string(number) : "";
}

}  // namespace

Modules::Modules() : dwfl_(::dwfl_begin(&callbacks)) {
    if (!dwfl_) throw std::runtime_error("libdwfl does not start");
}

void Modules::reported(int error) const {
    if (error == 0) error = ::dwfl_report_end(dwfl_.get(), nullptr, nullptr);
    if (error != 0) throw std::runtime_error("what is mapped into it cannot be read");
}

Modules Modules::of(pid_t pid) {
    Modules modules;
    modules.reported(::dwfl_linux_proc_report(modules.get(), pid));
    return modules;
}

Modules Modules::from(std::string maps) {
    Modules modules;
    const std::unique_ptr<FILE, decltype(&std::fclose)> file(
        ::fmemopen(maps.data(), maps.size(), "r"), &std::fclose);
    modules.reported(file ? ::dwfl_linux_proc_maps_report(modules.get(), file.get()) : -1);
    return modules;
}

std::vector<Frame> Modules::describe_parked(std::span<const Call> calls) const {
    const auto servers = [this](const Call& call) { return is_servers(describe(call)); };
    const auto parking = std::ranges::find_if(calls, servers);
    const auto parked = std::find_if_not(parking, calls.end(), servers);
    return describe(parked == calls.end() ? calls : std::span(parked, calls.end()));
}

std::vector<Frame> Modules::describe(std::span<const Call> calls) const {
    std::vector<Frame> frames;
    for (const auto& call : calls) {
        auto frame = describe(call);
        if (!frames.empty() && is_servers(frame)) break;
        frames.push_back(std::move(frame));
    }
    return without_handler_call(std::move(frames));
}

Frame Modules::describe(const Call& call) const {
    Frame frame;
    frame.address = call.address;
    // A call that is the last thing in its function returns to where the next one begins.
    const Dwarf_Addr inside = call.runs ? call.address : call.address - 1;
    Dwfl_Module* const module = ::dwfl_addrmodule(dwfl_.get(), inside);
    if (!module) return frame;

    Dwarf_Addr start = 0;
    const char* const name =
        ::dwfl_module_info(module, nullptr, &start, nullptr, nullptr, nullptr, nullptr, nullptr);
    const auto path = worker::ApplicationFile::original(name ? name : "");
    frame.module = base_name(path.c_str());
    GElf_Addr bias = 0;
    frame.offset = inside - (::dwfl_module_getelf(module, &bias) ? bias : start);
    GElf_Off in_function = 0;
    GElf_Sym symbol;
    if (const char* const function = ::dwfl_module_addrinfo(module, inside, &in_function, &symbol,
                                                            nullptr, nullptr, nullptr)) {
        frame.function = demangled(function);
    }
    frame.source = source_of(module, inside);
    frame.origin = origin_of(path, frame);
    return frame;
}

}  // namespace curfew::master
