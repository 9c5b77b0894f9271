#include "master/logging.h"

#include "master/log_sink.h"
#include "worker/log_output.h"

#include <spdlog/sinks/dist_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>

namespace curfew::master {

namespace {

worker::LogOutput open_output(const std::string& path) {
    if (path == "-") return worker::LogOutput::standard(STDERR_FILENO);
    return worker::LogOutput::open(path.c_str());
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
        auto sink = std::make_shared<LogSink>(open_output(path));
        sink->set_pattern("[%Y-%m-%d %H:%M:%S.%e %z] [%P] [%^%l%$] %v");
        end->set_sinks({std::move(sink)});
        logger->set_level(spdlog::level::from_str(level));
    } catch (const std::exception& error) {
        throw std::runtime_error("error log " + path + ": " + error.what());
    }
}

}  // namespace curfew::master
