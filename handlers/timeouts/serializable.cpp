#include "serializable.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

namespace curfew {

namespace {

std::string readable(const std::type_info& type) {
    struct Free {
        void operator()(char* text) const noexcept { std::free(text); }
    };
    const std::unique_ptr<char, Free> name(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr));
    return name ? name.get() : type.name();
}

}  // namespace

void refuse_captures() {
    throw std::logic_error(
        "a function with captures cannot run in another process by strategy process, as they may "
        "point into this one: pass what it needs as arguments, or use strategy fork");
}

void refuse_type(const char* what, const std::type_info& type) {
    throw std::logic_error("a call with the " + std::string(what) + " type " + readable(type) +
                           " cannot run in another process: pass a value that can be copied to "
                           "it, or give the type a serialize(Archive&)");
}

}  // namespace curfew
