#include "module.h"

#include <dlfcn.h>
#include <elf.h>

#include <cstring>

namespace curfew {

namespace {

const link_map* map_of(const void* code) noexcept {
    Dl_info info{};
    void* map = nullptr;
    if (::dladdr1(code, &info, &map, RTLD_DL_LINKMAP) == 0) return nullptr;
    return static_cast<const link_map*>(map);
}

}  // namespace

Module::Module(const void* code) noexcept : map_(map_of(code)) {
    if (!map_) return;
    for (const auto* entry = map_->l_ld; entry->d_tag != DT_NULL; ++entry) {
        const auto value = entry->d_un.d_val;
        // libc has made addresses of these, except for those of the vDSO.
        const auto address = value < map_->l_addr ? value + map_->l_addr : value;
        switch (entry->d_tag) {
            case DT_SYMTAB:
                symbols_ = reinterpret_cast<const ElfW(Sym)*>(address);
                break;
            case DT_STRTAB:
                names_ = reinterpret_cast<const char*>(address);
                break;
            // The hash table does not have the symbols of other modules, and begins behind them.
            case DT_GNU_HASH:
                first_hashed_ = reinterpret_cast<const std::uint32_t*>(address)[1];
                break;
            case DT_JMPREL:
                of_calls_.first = reinterpret_cast<const ElfW(Rela)*>(address);
                break;
            case DT_PLTRELSZ:
                of_calls_.bytes = value;
                break;
            case DT_RELA:
                others_.first = reinterpret_cast<const ElfW(Rela)*>(address);
                break;
            case DT_RELASZ:
                others_.bytes = value;
                break;
            default:
                break;
        }
    }
}

bool Module::has(const void* address) const noexcept { return map_ && map_of(address) == map_; }

bool Module::imports(const char* begin) const noexcept {
    if (!symbols_ || !names_) return false;
    for (std::uint32_t i = 1; i < first_hashed_; ++i) {
        const auto* const name = names_ + symbols_[i].st_name;
        if (symbols_[i].st_shndx == SHN_UNDEF && std::strncmp(name, begin, std::strlen(begin)) == 0)
            return true;
    }
    return false;
}

bool Module::slot_is_of(const void* slot, const char* function) const noexcept {
    if (!map_ || !symbols_ || !names_) return false;
    return has_slot(of_calls_, slot, function) || has_slot(others_, slot, function);
}

bool Module::has_slot(const Relocations& relocations, const void* slot,
                      const char* function) const noexcept {
    if (!relocations.first) return false;
    const auto offset = reinterpret_cast<std::uintptr_t>(slot) - map_->l_addr;
    for (std::uint64_t i = 0; i < relocations.bytes / sizeof(ElfW(Rela)); ++i) {
        const auto& each = relocations.first[i];
        if (each.r_offset != offset) continue;
        const auto symbol = ELF64_R_SYM(each.r_info);
        if (std::strcmp(names_ + symbols_[symbol].st_name, function) == 0) return true;
    }
    return false;
}

}  // namespace curfew
