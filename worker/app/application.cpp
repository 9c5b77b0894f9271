#include "worker/app/application.h"

#include "handlers/abi.h"
#include "handlers/backends/configure.h"
#include "handlers/base/milliseconds.h"
#include "handlers/context/copies.h"
#include "handlers/context/own_descriptors.h"
#include "handlers/timeouts/strategy.h"
#include "worker/app/origin_libraries.h"

#include <dlfcn.h>

#include <algorithm>

namespace curfew::worker {

namespace {

/// What is to be done about an application that does not fit.
constexpr const char* rebuild = "rebuild it against the installed headers";

/// What the linker says, with the file's own name for that of the copy.
std::string linker_error(const ApplicationFile& file) {
    const char* const error = ::dlerror();
    std::string text = error ? error : "unknown error";
    const auto copy = file.path();
    for (auto at = text.find(copy); at != std::string::npos; at = text.find(copy)) {
        text.replace(at, copy.size(), file.name());
    }
    const bool of_ours = text.find("undefined symbol: _ZN6curfew") != std::string::npos ||
                         text.find("undefined symbol: _ZNK6curfew") != std::string::npos;
    return of_ours ? text + "; " + rebuild : text;
}

void* load(const ApplicationFile& file, const std::string& path) {
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library) return library;
    throw ApplicationError("cannot load the application: " + linker_error(file));
}

bool keeps_threads(const Router& router) {
    return std::ranges::any_of(router.routes(), [](const auto& route) {
        return route->by() && route->by()->guarantees().keeps_threads;
    });
}

std::string with_unit(Duration duration) {
    return std::to_string(in_milliseconds(duration)) + " ms";
}

}  // namespace

void Application::Unload::operator()(void* library) const noexcept { ::dlclose(library); }

Application::Application(const Options& options, const ApplicationFile& file) : options_(options) {
    try {
        configure_backends(options.backends);
    } catch (const std::exception& error) {
        throw ApplicationError(std::string("backends: ") + error.what(),
                               ApplicationError::Status::configuration);
    }
    const CopyEnds copies("(the application's start)");
    const auto before = open_descriptors();
    for (const auto& needed : origin_libraries(file.fd(), file.directory())) {
        neighbours_.emplace_back(load(file, needed));
    }
    library_.reset(load(file, file.path()));

    const auto* const descriptor =
        static_cast<const ApplicationDescriptor*>(::dlsym(library_.get(), "curfew_application"));
    if (!descriptor) {
        throw ApplicationError(file.name() +
                               " does not include <curfew/app.h>, or that of an older curfew; " +
                               rebuild);
    }
    if (descriptor->tag != abi::tag()) {
        throw ApplicationError(file.name() + " was built against other headers than this server; " +
                               rebuild);
    }
    const auto routes = descriptor->routes;
    if (!routes) {
        throw ApplicationError(file.name() + " does not define void routes(curfew::Router&)");
    }
    try {
        routes(router_);
    } catch (const std::exception& error) {
        throw ApplicationError(file.name() + ": routes() threw: " + error.what());
    }
    descriptors_ = open_descriptors();
    std::erase_if(descriptors_,
                  [&](const auto& open) { return std::ranges::count(before, open) > 0; });
    override_limits();
    check_limits();
}

void Application::override_limits() {
    for (const auto& override : options_.routes) {
        const auto routes = router_.find(override.pattern);
        if (routes.empty()) {
            throw ApplicationError(
                override.where + ": the application has no route \"" + override.pattern + "\"",
                ApplicationError::Status::configuration);
        }
        for (Route* const route : routes) {
            if (override.limit) route->within(*override.limit);
            if (!override.strategy.empty()) route->by(override.strategy);
            if (override.harakiri) route->harakiri(*override.harakiri);
            if (override.slow_request_limit) route->slow(*override.slow_request_limit);
            if (override.harakiri_mode) route->harakiri(*override.harakiri_mode);
            if (override.cpu_limit) route->cpu_limit(*override.cpu_limit);
        }
    }
}

/// With the place of the table that changes its limits, if one does.
void Application::refuse(const Route& route, const std::string& why) const {
    const auto table = std::ranges::find(options_.routes, route.pattern(), &RouteOverride::pattern);
    const auto place = table == options_.routes.end() ? "" : table->where + ": ";
    throw ApplicationError(place + "route " + route.method() + " " + route.pattern() + ": " + why,
                           ApplicationError::Status::configuration);
}

/// The limit that a handler is told must leave it time to act on it.
void Application::check_limits() const {
    for (const auto& route : router_.routes()) {
        if (route->by()) check_strategy(*route);
        const auto harakiri = route->harakiri().value_or(options_.timeout);
        const bool off = harakiri == Duration::zero() || mode_of(*route) == Harakiri::off;
        if (!route->within() || off || *route->within() < harakiri) continue;
        refuse(*route, "its limit (" + with_unit(*route->within()) +
                           ") must be sooner than its harakiri (" + with_unit(harakiri) + ")");
    }
}

void Application::check_strategy(const Route& route) const {
    const auto& needs = route.by()->guarantees();
    const auto refuse_it = [&](const char* why) {
        refuse(route, "has strategy " + std::string(route.by()->name()) + why);
    };
    if (!route.within()) refuse_it(", and no limit that it could enforce");
    if (needs.needs_helpers && options_.helpers == 0)
        refuse_it(", which needs helpers, and helpers is 0");
    if (needs.forks && (options_.worker_class != Class::sync || keeps_threads(router_))) {
        refuse_it(
            ", which needs the worker class sync, and no route with strategy thread, timer or "
            "checkpoint: only a process with one thread may fork");
    }
}

void Application::number_routes(std::span<CircuitBreaker> breakers) {
    for (const auto& route : router_.routes()) {
        route->number(breaker_number(breakers, route->method(), route->pattern()));
    }
}

Duration Application::shortest_limit() const noexcept {
    auto shortest = Duration::max();
    for (const auto& route : router_.routes()) {
        const bool off = mode_of(*route) == Harakiri::off;
        for (const auto limit :
             {off ? Duration::zero() : route->harakiri().value_or(options_.timeout),
              off ? Duration::zero() : route->cpu_limit().value_or(options_.cpu_limit),
              route->slow().value_or(options_.slow_request_limit)}) {
            if (limit > Duration::zero()) shortest = std::min(shortest, limit);
        }
    }
    return shortest;
}

}  // namespace curfew::worker
