#include <cstdint>

extern "C" {
/// As one that was compiled with headers of another day looks to the server.
struct Descriptor {
    std::uint64_t tag;
    void (*routes)(void*);
};
extern const Descriptor curfew_application;
const Descriptor curfew_application = {42, [](void*) { __builtin_trap(); }};
}
