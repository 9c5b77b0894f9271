// libcurl.
#include "library.h"

#include <curl/curl.h>

namespace libraries {

namespace {

class Web final : public Session {
  public:
    explicit Web(const Address& at)
        : url_("http://" + at.host + ":" + std::to_string(at.port) + "/"),
          curl_(::curl_easy_init()) {}

    std::string ask(const std::string& token) override {
        std::string body;
        const auto keep = +[](char* bytes, std::size_t, std::size_t size, void* to) {
            static_cast<std::string*>(to)->append(bytes, size);
            return size;
        };
        const std::string url = url_ + token;
        ::curl_easy_setopt(curl_.get(), CURLOPT_URL, url.c_str());
        ::curl_easy_setopt(curl_.get(), CURLOPT_PROXY, "");
        ::curl_easy_setopt(curl_.get(), CURLOPT_WRITEFUNCTION, keep);
        ::curl_easy_setopt(curl_.get(), CURLOPT_WRITEDATA, &body);
        const auto error = ::curl_easy_perform(curl_.get());
        if (error != CURLE_OK) throw Failed(::curl_easy_strerror(error));
        return body;
    }

  private:
    struct Freed {
        void operator()(CURL* curl) const { ::curl_easy_cleanup(curl); }
    };

    std::string url_;
    std::unique_ptr<CURL, Freed> curl_;
};

}  // namespace

std::unique_ptr<Session> web(const Address& at) { return std::make_unique<Web>(at); }

}  // namespace libraries
