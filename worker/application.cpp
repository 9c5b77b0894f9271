#include "worker/application.h"

#include "handlers/backends/configure.h"
#include "handlers/timeouts/copies.h"
#include "handlers/timeouts/strategy.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <vector>

namespace curfew::worker {

namespace {

/// `void routes(curfew::Router&)` as the C++ ABI of every Linux compiler spells it.
constexpr const char* entry_point = "_Z6routesRN6curfew6RouterE";

std::filesystem::path find_library(const std::string& app) {
    if (app.find('/') != std::string::npos) return app;

    const auto name = app.ends_with(".so") ? app : app + ".so";
    const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    const std::vector<std::filesystem::path> places = {
        here / name,
        here.parent_path() / "handlers" / "demo" / name,  // where the build leaves the demo
        std::filesystem::path(CURFEW_LIBRARY_DIRECTORY) / name,
    };
    const auto found = std::find_if(places.begin(), places.end(), [](const auto& place) {
        return std::filesystem::exists(place);
    });
    if (found != places.end()) return *found;

    std::string looked;
    for (const auto& place : places) looked.append(looked.empty() ? "" : ", ").append(place);
    throw ApplicationError("cannot find the application \"" + app + "\": looked for " + looked);
}

/// True if a route's strategy makes threads that stay.
bool leaves_threads(const Router& router) {
    return std::ranges::any_of(router.routes(), [](const auto& route) {
        const auto name = route->by() ? route->by()->name() : "";
        return name == "thread" || name == "timer" || name == "checkpoint";
    });
}

std::string in_milliseconds(Duration duration) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) +
           " ms";
}

}  // namespace

void Application::Unload::operator()(void* library) const noexcept { ::dlclose(library); }

Application::Application(const Options& options) : options_(options) {
    if (options.app.empty()) {
        throw ApplicationError("no application: name one with --app, or app = \"...\" in the file",
                               ApplicationError::Status::configuration);
    }
    try {
        configure_backends(options.backends);
    } catch (const std::exception& error) {
        throw ApplicationError(std::string("backends: ") + error.what(),
                               ApplicationError::Status::configuration);
    }
    const auto path = find_library(options.app);
    const CopyEnds copies("(the application's start)");
    library_.reset(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!library_)
        throw ApplicationError(std::string("cannot load the application: ") + ::dlerror());

    using EntryPoint = void (*)(Router&);
    const auto routes = reinterpret_cast<EntryPoint>(::dlsym(library_.get(), entry_point));
    if (!routes) {
        throw ApplicationError(path.string() + " does not define void routes(curfew::Router&)");
    }
    try {
        routes(router_);
    } catch (const std::exception& error) {
        throw ApplicationError(path.string() + ": routes() threw: " + error.what());
    }
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
        refuse(*route, "its limit (" + in_milliseconds(*route->within()) +
                           ") must be sooner than its harakiri (" + in_milliseconds(harakiri) +
                           ")");
    }
}

void Application::check_strategy(const Route& route) const {
    const auto name = route.by()->name();
    const auto refuse_it = [&](const char* why) {
        refuse(route, "has strategy " + std::string(name) + why);
    };
    if (!route.within()) refuse_it(", and no limit that it could enforce");
    if (name == "process" && options_.helpers == 0)
        refuse_it(", which needs helpers, and helpers is 0");
    if (name == "fork" && (options_.worker_class != Class::sync || leaves_threads(router_))) {
        refuse_it(
            ", which needs the worker class sync, and no route with strategy thread, timer or "
            "checkpoint: only a process with one thread may fork");
    }
}

void Application::number_routes(std::span<RouteBrake> brakes) {
    for (const auto& route : router_.routes()) {
        route->number(brake_number(brakes, route->method(), route->pattern()));
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
