#pragma once

/// The one header that an application includes:
///
///     #include <curfew/app.h>
///     using namespace curfew;
///
///     void routes(Router& router) {
///         router.get("/hello", [](const Request&) { return text("Hello\n"); });
///     }
///
/// Compile it into a shared object and name that in the configuration (`app = "./hello.so"`).

#include "abi.h"
#include "backends/cache.h"
#include "backends/db.h"
#include "backends/http.h"
#include "base/deadline.h"
#include "base/error.h"
#include "context/call_context.h"
#include "context/current_limit.h"
#include "http/date.h"
#include "http/file.h"
#include "http/headers.h"
#include "http/request.h"
#include "http/response.h"
#include "routing/route.h"
#include "routing/router.h"
#include "timeouts/with_timeout.h"

namespace curfew {

using namespace std::chrono_literals;

}  // namespace curfew

/// Defined by every application: adds its routes. Called once in each worker, before its first
/// request. Also called once before the server listens, in a temporary process, to find mistakes.
/// If it throws, the server does not start, and prints what was thrown.
///
/// Visible whatever -fvisibility says. Weak, so that a program without one can use these headers.
[[gnu::visibility("default"), gnu::weak]] void routes(curfew::Router& router);

/// Each application has this symbol. The server finds the application by it, and checks with which
/// headers the application was compiled.
extern "C" {
[[gnu::visibility("default"),
  gnu::weak]] extern const curfew::ApplicationDescriptor curfew_application;
const curfew::ApplicationDescriptor curfew_application = {curfew::abi::tag(), routes};
}
