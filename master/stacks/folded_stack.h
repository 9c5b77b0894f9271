#pragma once

#include "master/stacks/frame.h"

#include <string>
#include <vector>

namespace curfew::master {

/// A stack for people, a line each: those frames of the application that have a name stand alone,
/// as "#3 [app] report(curfew::Request const&) at app.cpp:12 (app.so+0x1a2b)"; what follows one
/// another in the server or in one library is one line, "#1 curl_easy_perform ... curl_multi_poll
/// (libcurl.so.4, 4 frames)". The innermost is the first.
[[nodiscard]] std::vector<std::string> folded(const std::vector<Frame>& frames);

}  // namespace curfew::master
