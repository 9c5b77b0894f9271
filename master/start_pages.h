#pragma once

namespace curfew::master {

/// Gives back the memory that only the start needed: what reading the configuration left on the
/// heap, and the pages of programs and libraries that were read to link and to set them up (with
/// libcurl and its like, two thirds of what a process has mapped). What is used again comes back by
/// itself, from the page cache. Nothing that differs from its file goes: not relocated data, not the
/// breakpoints of debuggers and tracers. To be called before forking; only for speed and size.
void drop_start_pages() noexcept;

}  // namespace curfew::master
