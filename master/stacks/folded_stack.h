#pragma once

#include "master/stacks/frame.h"

#include <string>
#include <vector>

namespace curfew::master {

/// Formats a stack for the log, the innermost call first. Each named frame of the application has a
/// line of its own: "#3 [app] report(curfew::Request const&) at app.cpp:12 (app.so+0x1a2b)".
/// Consecutive frames of the server, or of one library, share a line: "#1 curl_easy_perform ...
/// curl_multi_poll (libcurl.so.4, 4 frames)".
[[nodiscard]] std::vector<std::string> folded(const std::vector<Frame>& frames);

}  // namespace curfew::master
