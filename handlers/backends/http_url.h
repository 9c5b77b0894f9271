#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace curfew::http {

/// A parsed URL, as libcurl takes it.
class Url {
  public:
    /// Throws std::invalid_argument unless it is an absolute http or https URL.
    explicit Url(const std::string& text);

    [[nodiscard]] CURLU* get() const noexcept { return url_.get(); }

    /// "http 127.0.0.1:8081": for messages, so without a password.
    [[nodiscard]] std::string upstream() const;
    /// What a connection is good for: "https://example.com:443".
    [[nodiscard]] std::string origin() const;

    /// What libcurl would have to look up, as it would: "example.com:443", with international names
    /// as name servers know them. Empty if that is an address, or this machine.
    [[nodiscard]] std::string name_and_port() const;

    /// Where the answer to a request for this one has led. A user and a password are for their
    /// origin only. Throws std::invalid_argument as the constructor does.
    [[nodiscard]] Url redirected_to(const std::string& text) const;

  private:
    [[nodiscard]] std::string part(CURLUPart which, unsigned flags = CURLU_DEFAULT_PORT) const;

    struct Free {
        void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
    };
    std::unique_ptr<CURLU, Free> url_;
};

}  // namespace curfew::http
