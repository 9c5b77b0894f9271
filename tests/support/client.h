// The client of the tools, under the names that tests have with `using namespace curfew::tests`.
#pragma once

#include "tools/support/client.h"

namespace curfew::tests {

using tools::Client;
using tools::get_request;
using tools::post_request;
using tools::Reply;

}  // namespace curfew::tests
