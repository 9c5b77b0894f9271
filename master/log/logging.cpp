#include "master/log/logging.h"

#include "master/log/log_sink.h"
#include "worker/access_log/log_output.h"
#include "worker/os/log_file.h"
#include "worker/shared/log_share.h"

#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>

namespace curfew::master {

namespace {

std::shared_ptr<spdlog::sinks::sink> make_sink(const std::string& name) {
    using worker::LogOutput;
    if (worker::is_no_log(name)) return std::make_shared<spdlog::sinks::null_sink_mt>();
    const auto stream = worker::standard_stream(name, STDERR_FILENO);
    return std::make_shared<LogSink>(stream ? LogOutput::standard(*stream)
                                            : LogOutput::open(name.c_str()));
}

}  // namespace

void open_log(const std::string& name, const std::string& level) {
    try {
        // The logger is never replaced, because other threads may be using it; only its sink is.
        static const auto end = std::make_shared<spdlog::sinks::dist_sink_mt>();
        static const auto logger = [] {
            auto made = std::make_shared<spdlog::logger>("curfew", end);
            // Each line is written at once, because this process may end at any moment.
            made->flush_on(spdlog::level::trace);
            spdlog::set_default_logger(made);
            return made;
        }();
        // The workers share this memory, so it is made before the first fork, even if this process
        // logs nothing.
        (void)worker::LogShare::of({});
        auto sink = make_sink(name);
        sink->set_pattern("[%Y-%m-%d %H:%M:%S.%e %z] [%P] [%^%l%$] %v");
        end->set_sinks({std::move(sink)});
        logger->set_level(spdlog::level::from_str(level));
    } catch (const std::exception& error) {
        throw std::runtime_error("error log " + name + ": " + error.what());
    }
}

void reopen_log(const std::string& name, const std::string& level) noexcept {
    try {
        open_log(name, level);
    } catch (const std::exception& error) {
        spdlog::error("{}; the one that is open goes on", error.what());
    }
}

}  // namespace curfew::master
