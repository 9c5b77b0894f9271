#include "master/config/option_checks.h"

#include "handlers/backends/upstream.h"
#include "handlers/http/headers.h"
#include "master/config/text.h"
#include "master/config/units.h"
#include "master/os/sockets.h"
#include "worker/access_log/log_format.h"
#include "worker/http/trusted_peers.h"

#include <stdexcept>

namespace curfew::master {

void check_not_empty(const std::string& text) {
    if (text.empty()) throw std::invalid_argument("must not be empty");
}

void check_bind(const std::string& text) {
    try {
        static_cast<void>(parse_bind(text));
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(in_quotes(text) + ": " + error.what());
    }
}

void check_umask(const std::string& text) {
    if (!text.empty()) static_cast<void>(parse_umask(text));
}

void check_log_format(const std::string& text) {
    if (text != "json") static_cast<void>(worker::compile_log_format(text));
}

void check_upstream(const std::string& text) { static_cast<void>(parse_upstream(text)); }

void check_proxy(const std::string& text) { worker::TrustedPeers::check(text); }

void check_field_name(const std::string& text) {
    if (!text.empty() && !is_token(text)) {
        throw std::invalid_argument(in_quotes(text) + " is not the name of a header field");
    }
}

}  // namespace curfew::master
