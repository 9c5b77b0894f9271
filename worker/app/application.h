#pragma once

#include "handlers/context/own_descriptors.h"
#include "handlers/routing/router.h"
#include "worker/app/application_error.h"
#include "worker/app/application_file.h"
#include "worker/settings/options.h"
#include "worker/shared/circuit_breaker.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace curfew::worker {

/// The application of a worker: a shared object with a function `void routes(curfew::Router&)`, and
/// the limits that the configuration sets for its routes. It stays loaded for as long as this
/// object lives.
class Application {
  public:
    /// Throws ApplicationError.
    Application(const Options& options, const ApplicationFile& file);

    [[nodiscard]] const Router& router() const noexcept { return router_; }

    /// The descriptors that the application opened while it was loaded, and left open.
    [[nodiscard]] const std::vector<OpenDescriptor>& descriptors() const noexcept {
        return descriptors_;
    }

    /// Finds the circuit breaker of each route, and gives the route its number.
    void number_routes(std::span<CircuitBreaker> breakers);

    /// The shortest time after which a request may need the master: the shortest harakiri or
    /// slow-request limit of any route. Duration::max() if there is none.
    [[nodiscard]] Duration shortest_limit() const noexcept;

  private:
    struct Unload {
        void operator()(void* library) const noexcept;
    };

    [[noreturn]] void refuse(const Route& route, const std::string& why) const;
    void override_limits();
    void check_limits() const;
    void check_strategy(const Route& route) const;
    [[nodiscard]] Harakiri mode_of(const Route& route) const noexcept {
        return route.harakiri_mode().value_or(options_.harakiri);
    }

    const Options& options_;
    std::vector<OpenDescriptor> descriptors_;
    using Library = std::unique_ptr<void, Unload>;
    std::vector<Library> neighbours_;  ///< libraries that lie beside the file: see origin_libraries
    Library library_;
    Router router_;  ///< its handlers are code of the library's
};

}  // namespace curfew::worker
