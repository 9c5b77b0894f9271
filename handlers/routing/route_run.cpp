#include "handler_scope.h"
#include "route.h"

namespace curfew {

Response Route::operator()(const Request& request) const {
    const HandlerScope scope(*this, request.id());
    return handler_(request);
}

}  // namespace curfew
