#include "route.h"
#include "timeouts/handler_scope.h"

namespace curfew {

Response Route::operator()(const Request& request) const {
    const HandlerScope scope(*this, request.id());
    return handler_(request);
}

}  // namespace curfew
