#pragma once

#include "backend_call.h"
#include "http.h"
#include "http_url.h"

#include <curl/curl.h>

#include <cstddef>
#include <exception>
#include <memory>
#include <string_view>

namespace curfew::http {

struct CloseHandle {
    void operator()(CURL* handle) const noexcept {
        const WithoutWaiting now;
        curl_easy_cleanup(handle);
    }
};
/// A libcurl handle with the connections that it keeps.
using Handle = std::unique_ptr<CURL, CloseHandle>;

[[nodiscard]] Handle make_handle();

struct CloseList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, CloseList>;

/// One request and its response. The handle belongs to the caller.
class Transfer {
  public:
    Transfer(CURL* handle, const BackendCall& call) noexcept;
    /// Resets the handle, which keeps its connections.
    ~Transfer() { curl_easy_reset(handle_); }
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// Performs the request, and blocks meanwhile. Throws as the functions of http.h do; then the
    /// handle must not be used again.
    [[nodiscard]] Response perform(std::string_view method, const Url& url, std::string_view body,
                                   const Options& options);

    /// The URL to which the response redirects; empty if it does not.
    [[nodiscard]] std::string leads_to() const;

  private:
    void set_target(const Url& url);
    void set_limits();
    void set_addresses(const Url& url);
    void set_method(std::string_view method, std::string_view body);
    void set_fields(const Options& options);
    void set_receiver();
    static void add(List& list, const std::string& line);
    void add_field(const std::string& line) { add(fields_, line); }

    [[nodiscard]] bool receive_field(std::string_view line);
    [[nodiscard]] bool fits(std::size_t size) noexcept;
    [[noreturn]] void fail(CURLcode code) const;

    // Called by libcurl. They return less than they were given to end the transfer.
    static std::size_t on_field(char* bytes, std::size_t, std::size_t size, void* self) noexcept;
    static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* self) noexcept;
    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept;

    CURL* handle_;
    const BackendCall& call_;
    const Deadline connected_by_;
    List fields_;
    List addresses_;
    Response response_;
    std::size_t received_ = 0;  ///< bytes of head and body
    bool too_large_ = false;
    std::exception_ptr thrown_;  ///< in one of libcurl's callbacks
};

}  // namespace curfew::http
