#include "http_url.h"

#include <new>
#include <stdexcept>

namespace curfew::http {

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

std::string Url::part(CURLUPart which) const {
    char* text = nullptr;
    if (curl_url_get(url_.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
    const std::unique_ptr<char, void (*)(void*)> owner(text, curl_free);
    return text;
}

}  // namespace curfew::http
