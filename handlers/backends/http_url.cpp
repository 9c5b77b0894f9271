#include "http_url.h"

#include "../http/headers.h"

#include <arpa/inet.h>
#include <idn2.h>

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>

namespace curfew::http {

namespace {

/// The name as name servers know it, converted as libcurl does it, from the locale's encoding.
/// Empty if it cannot be. (libcurl 7.88 itself loses some memory each time that it is asked for
/// this.)
std::string in_ascii(const std::string& name) {
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::ranges::all_of(name, is_ascii)) return name;
    char* text = nullptr;
    if (::idn2_lookup_ul(name.c_str(), &text, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK) {
        return {};
    }
    const std::unique_ptr<char, void (*)(void*)> owner(text, ::idn2_free);
    return text;
}

}  // namespace

Url::Url(const std::string& text) : url_(curl_url()) {
    if (!url_) throw std::bad_alloc();
    if (curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK ||
        text.find('\0') != std::string::npos) {
        throw std::invalid_argument("http: not an absolute URL");
    }
    const std::string scheme = part(CURLUPART_SCHEME);
    if (scheme != "http" && scheme != "https") {
        throw std::invalid_argument("http: neither http nor https but " + scheme);
    }
}

std::string Url::upstream() const {
    return "http " + part(CURLUPART_HOST) + ":" + part(CURLUPART_PORT);
}

std::string Url::origin() const {
    return part(CURLUPART_SCHEME) + "://" + part(CURLUPART_HOST) + ":" + part(CURLUPART_PORT);
}

std::string Url::name_and_port() const {
    const std::string host = in_ascii(part(CURLUPART_HOST));
    in_addr four{};
    const bool is_address = host.starts_with('[') || ::inet_pton(AF_INET, host.c_str(), &four) == 1;
    // libcurl knows those itself (RFC 6761, 6.3).
    const bool is_here =
        equals_ignoring_case(host, "localhost") ||
        (host.size() > 10 && equals_ignoring_case(host.substr(host.size() - 10), ".localhost"));
    // It is empty if this locale cannot convert the name: libcurl then says so.
    const bool is_asked = !host.empty() && !is_address && !is_here;
    return is_asked ? host + ":" + part(CURLUPART_PORT) : std::string();
}

Url Url::redirected_to(const std::string& text) const {
    Url url(text);
    if (url.origin() != origin() || !url.part(CURLUPART_USER, 0).empty()) return url;
    for (const auto which : {CURLUPART_USER, CURLUPART_PASSWORD}) {
        const auto own = part(which, 0);
        if (!own.empty()) curl_url_set(url.get(), which, own.c_str(), 0);
    }
    return url;
}

std::string Url::part(CURLUPart which, unsigned flags) const {
    char* text = nullptr;
    if (curl_url_get(url_.get(), which, &text, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, void (*)(void*)> owner(text, curl_free);
    return text;
}

}  // namespace curfew::http
