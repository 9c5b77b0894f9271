#include <curfew/app.h>

#include <cstring>
#include <string>
#include <vector>

using namespace curfew;

namespace {

constexpr std::size_t megabyte = 1 << 20;

/// Takes so many megabytes, and touches every page of them.
Response eat(const Request& request) {
    std::vector<char> food(std::stoul(request.param("megabytes")) * megabyte);
    std::memset(food.data(), 1, food.size());
    return text(std::to_string(food.size()));
}

}  // namespace

void routes(Router& router) { router.get("/eat/:megabytes", eat); }
