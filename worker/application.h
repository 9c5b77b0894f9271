#pragma once

#include "handlers/router.h"
#include "worker/options.h"
#include "worker/route_brake.h"

#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace curfew::worker {

/// The application cannot be served as configured; the text says why and where.
class ApplicationError : public std::runtime_error {
  public:
    /// The exit status that the server should stop with: one of these, or the application's own.
    enum class Status { configuration = 2, application = 3 };

    explicit ApplicationError(const std::string& text, Status status = Status::application)
        : std::runtime_error(text), status_(status) {}

    [[nodiscard]] Status status() const noexcept { return status_; }
    [[nodiscard]] int exit_status() const noexcept { return static_cast<int>(status_); }

  private:
    Status status_;
};

/// The handlers that a worker serves: a shared object with a `void routes(curfew::Router&)`, and
/// what the configuration says over its limits. Stays loaded as long as this lives.
class Application {
  public:
    /// Loads `options.app`: a path, or a bare name that is looked for beside the server's binary
    /// and in its library directory. Throws ApplicationError.
    explicit Application(const Options& options);

    [[nodiscard]] const Router& router() const noexcept { return router_; }

    /// Finds each route its brake, and numbers it by that.
    void number_routes(std::span<RouteBrake> brakes);

    /// The soonest limit that the master must know of and that any request can have: its harakiri,
    /// or when it counts as slow. Duration::max() if none has one.
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
    std::unique_ptr<void, Unload> library_;
    Router router_;  ///< its handlers are code of the library's
};

}  // namespace curfew::worker
