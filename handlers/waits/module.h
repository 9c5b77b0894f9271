#pragma once

#include <link.h>

#include <cstdint>

namespace curfew {

/// The executable or shared library that has the code at an address, as the dynamic linker has
/// loaded it.
class Module {
  public:
    explicit Module(const void* code) noexcept;

    /// Whether it is code or data of this module.
    [[nodiscard]] bool has(const void* address) const noexcept;

    /// Whether it uses a function of another module whose name begins like this.
    [[nodiscard]] bool imports(const char* begin) const noexcept;

    /// Whether the dynamic linker puts the address of that function into this slot.
    [[nodiscard]] bool slot_is_of(const void* slot, const char* function) const noexcept;

  private:
    struct Relocations {
        const ElfW(Rela) * first = nullptr;
        std::uint64_t bytes = 0;
    };

    [[nodiscard]] bool has_slot(const Relocations& relocations, const void* slot,
                                const char* function) const noexcept;

    const link_map* map_ = nullptr;
    const ElfW(Sym) * symbols_ = nullptr;
    const char* names_ = nullptr;
    std::uint32_t first_hashed_ = 0;
    Relocations of_calls_;
    Relocations others_;
};

}  // namespace curfew
