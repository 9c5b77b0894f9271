#include "master/logging.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <stdexcept>

namespace curfew::master {

namespace {

std::shared_ptr<spdlog::sinks::sink> make_sink(const std::string& path) {
    if (path == "-") return std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
}

}  // namespace

void open_log(const std::string& path, const std::string& level) {
    try {
        auto logger = std::make_shared<spdlog::logger>("curfew", make_sink(path));
        logger->set_pattern("[%Y-%m-%d %H:%M:%S.%e %z] [%P] [%^%l%$] %v");
        logger->set_level(spdlog::level::from_str(level));
        // Each line is out before the next thing happens, which may be the end of this process.
        logger->flush_on(spdlog::level::trace);
        spdlog::set_default_logger(std::move(logger));
    } catch (const spdlog::spdlog_ex& error) {
        throw std::runtime_error("error log " + path + ": " + error.what());
    }
}

}  // namespace curfew::master
