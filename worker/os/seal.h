#pragma once

namespace curfew::worker {

/// Seals a memfd, so that no process can change it any more. On a busy machine the kernel may say
/// for some time that its pages are in use, although nobody has mapped them: another processor has
/// not yet put them on its list of pages. So this tries again. Throws std::system_error.
void seal(int memfd);

}  // namespace curfew::worker
