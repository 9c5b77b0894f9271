#pragma once

namespace curfew::master {

/// Gives back the memory that only the start needed: what reading the configuration left on the
/// heap, and the pages of programs and libraries that were read to link and to set them up, with
/// libcurl and its like most of what there is. To be called before forking. See
/// worker/os/file_pages.h.
void drop_startup_pages() noexcept;

}  // namespace curfew::master
