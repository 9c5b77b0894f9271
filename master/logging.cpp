#include "master/logging.h"

#include "master/pipe_sink.h"
#include "worker/log_file.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>

namespace curfew::master {

namespace {

std::shared_ptr<spdlog::sinks::sink> make_sink(const std::string& path) {
    if (path == "-") {
        if (auto sink = PipeSink::of(STDERR_FILENO)) return sink;
        return std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    }
    const auto file = worker::open_log_file(path);  // or it says why not
    if (auto sink = PipeSink::of(file.get())) return sink;
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
}

}  // namespace

void open_log(const std::string& path, const std::string& level) {
    try {
        // One logger for good, since other threads may be using it; only its end is exchanged.
        static const auto end = std::make_shared<spdlog::sinks::dist_sink_mt>();
        static const auto logger = [] {
            auto made = std::make_shared<spdlog::logger>("curfew", end);
            // Each line is out before the next thing happens, which may be the end of this process.
            made->flush_on(spdlog::level::trace);
            spdlog::set_default_logger(made);
            return made;
        }();
        auto sink = make_sink(path);
        sink->set_pattern("[%Y-%m-%d %H:%M:%S.%e %z] [%P] [%^%l%$] %v");
        end->set_sinks({std::move(sink)});
        logger->set_level(spdlog::level::from_str(level));
    } catch (const std::exception& error) {
        throw std::runtime_error("error log " + path + ": " + error.what());
    }
}

}  // namespace curfew::master
