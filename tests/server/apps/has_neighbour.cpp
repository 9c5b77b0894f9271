#include "beside.h"

#include <curfew/app.h>

using namespace curfew;

void routes(Router& router) {
    router.get("/beside", [](const Request&) { return text(beside()); });
}
