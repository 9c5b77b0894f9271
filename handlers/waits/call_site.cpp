#include "call_site.h"

#include "module.h"

#include <dlfcn.h>

#include <cstdint>
#include <cstring>
#include <initializer_list>

namespace curfew {

#ifdef __x86_64__

namespace {

using Code = const unsigned char*;

constexpr const char* thrower = "_ZSt20__throw_system_errori";

std::int32_t number_at(Code code) noexcept {
    std::int32_t number = 0;
    std::memcpy(&number, code, sizeof number);
    return number;
}

bool begins_with(Code code, std::initializer_list<int> bytes) noexcept {
    for (const int byte : bytes) {
        if (byte >= 0 && *code != byte) return false;  // negative: any
        ++code;
    }
    return true;
}

/// The function at the end of `call *slot(%rip)` or `jmp *slot(%rip)`.
bool leads_to_thrower(Code code, int operation, const Module& module) noexcept {
    return begins_with(code, {0xff, operation}) &&
           module.slot_is_of(code + 6 + number_at(code + 2), thrower);
}

/// Directly, or by an entry of the procedure linkage table.
bool calls_thrower(Code code, const Module& module) noexcept {
    if (leads_to_thrower(code, 0x15, module)) return true;
    if (*code != 0xe8) return false;
    Code target = code + 5 + number_at(code + 1);
    static const void* const itself = ::dlsym(RTLD_DEFAULT, thrower);
    if (target == itself) return true;  // in libstdc++
    if (!module.has(target)) return false;
    if (begins_with(target, {0xf3, 0x0f, 0x1e, 0xfa})) target += 4;  // endbr64
    if (*target == 0xf2) ++target;                                   // bnd
    return leads_to_thrower(target, 0x25, module);
}

/// Where that call would return to; null if there is none within some bytes.
Code find_call(Code code, int bytes, const Module& module) noexcept {
    for (int i = 0; i < bytes; ++i) {
        if (calls_thrower(code + i, module)) return code + i + (code[i] == 0xe8 ? 5 : 6);
    }
    return nullptr;
}

/// The target of a conditional jump, and what follows it.
struct Branch {
    Code target = nullptr;
    Code next = nullptr;

    static Branch read(Code code) noexcept {
        if (*code == 0x74 || *code == 0x75) {
            return {code + 2 + static_cast<signed char>(code[1]), code + 2};
        }
        if (begins_with(code, {0x0f, 0x84}) || begins_with(code, {0x0f, 0x85})) {
            return {code + 6 + number_at(code + 2), code + 6};
        }
        return {};
    }
};

/// `test %eax,%eax` or `cmp $error,%eax`, and a jump: optimized code. std::shared_mutex compares
/// with two errors.
Code throws_after_comparison(Code code, const Module& module) noexcept {
    constexpr int near = 24;
    for (int comparisons = 0; comparisons < 3; ++comparisons) {
        if (begins_with(code, {0x85, 0xc0})) {
            code += 2;
        } else if (begins_with(code, {0x83, 0xf8})) {
            code += 3;
        } else {
            return nullptr;
        }
        const auto branch = Branch::read(code);
        if (!branch.target) return nullptr;
        if (module.has(branch.target)) {
            if (Code const found = find_call(branch.target, near, module)) return found;
        }
        if (Code const found = find_call(branch.next, near, module)) return found;
        code = branch.next;
    }
    return nullptr;
}

/// The result is stored in a local variable, which is compared next: code that is not optimized.
Code throws_after_store(Code code, const Module& module) noexcept {
    constexpr int far = 64;
    const bool stored = begins_with(code, {0x89, 0x45, -1, 0x83, 0x7d, -1}) && code[2] == code[5];
    return stored ? find_call(code + 6, far, module) : nullptr;
}

/// The end of a function, which leaves the result where it is.
bool is_returned(Code code) noexcept {
    if (*code == 0xeb) code += 2 + static_cast<signed char>(code[1]);
    if (*code == 0x90) ++code;
    if (begins_with(code, {0x48, 0x83, 0xc4})) code += 4;  // add $size,%rsp
    if (*code == 0xc9 || *code == 0x5d) ++code;            // leave, pop %rbp
    return *code == 0xc3;
}

}  // namespace

CallSite CallSite::read(const unsigned char* return_address) noexcept {
    const Module module(return_address);
    if (Code const found = throws_after_comparison(return_address, module)) {
        return {.use = Use::checked, .throws_at = found};
    }
    if (Code const found = throws_after_store(return_address, module)) {
        return {.use = Use::checked, .throws_at = found};
    }
    return {.use = is_returned(return_address) ? Use::returned : Use::unknown};
}

#else

CallSite CallSite::read(const unsigned char*) noexcept { return {}; }

#endif

}  // namespace curfew
