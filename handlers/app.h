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

#include "backends/cache.h"
#include "backends/db.h"
#include "backends/http.h"
#include "date.h"
#include "deadline.h"
#include "error.h"
#include "file.h"
#include "headers.h"
#include "request.h"
#include "response.h"
#include "route.h"
#include "router.h"
#include "timeouts/waiting.h"
#include "timeouts/with_timeout.h"

namespace curfew {

using namespace std::chrono_literals;

}  // namespace curfew

/// Defined by every application: adds its routes. Called once in each worker, before the first
/// request, and once before the server listens, in a process that ends then and is there to find
/// what does not fit. If it throws, the server does not start and says what it threw.
void routes(curfew::Router& router);
