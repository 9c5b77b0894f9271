#include "master/os/startup_pages.h"

#include "worker/os/file_pages.h"

#include <link.h>
#include <malloc.h>

#include <cstddef>

namespace curfew::master {

namespace {

int drop_unwritten(dl_phdr_info* object, std::size_t /*size*/, void* pages) noexcept {
    for (ElfW(Half) i = 0; i < object->dlpi_phnum; ++i) {
        const auto& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        const auto begin = object->dlpi_addr + segment.p_vaddr;
        static_cast<const worker::FilePages*>(pages)->drop(begin, begin + segment.p_filesz);
    }
    return 0;
}

}  // namespace

void drop_startup_pages() noexcept {
    ::malloc_trim(0);
    worker::FilePages pages;
    ::dl_iterate_phdr(drop_unwritten, &pages);
}

}  // namespace curfew::master
