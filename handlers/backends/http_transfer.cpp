#include "http_transfer.h"

#include "../base/trimmed.h"
#include "configure.h"
#include "http_addresses.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <mutex>
#include <new>
#include <stdexcept>

namespace curfew::http {

namespace {

using Kind = BackendError::Kind;

/// Only a wrong option, or no memory, makes it fail.
template <typename Value>
void set(CURL* handle, CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(handle, option, value);
    if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    if (code != CURLE_OK) throw std::logic_error(curl_easy_strerror(code));
}

/// "0.480": rounded up, so that a server that heeds it does not give up before its client.
std::string in_seconds(Duration duration) {
    char text[32];
    const auto count = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
    std::snprintf(text, sizeof text, "%lld.%03lld", static_cast<long long>(count / 1000),
                  static_cast<long long>(count % 1000));
    return text;
}

/// What a callback returns to libcurl: all of `size`, or 0 to end the transfer.
template <typename Receive>
std::size_t guarded(std::exception_ptr& thrown, std::size_t size, Receive receive) noexcept {
    try {
        return receive() ? size : 0;
    } catch (...) {
        thrown = std::current_exception();
        return 0;
    }
}

}  // namespace

Handle make_handle() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    Handle handle(curl_easy_init());
    if (!handle) throw std::bad_alloc();
    return handle;
}

Response Transfer::perform(std::string_view method, const Url& url, std::string_view body,
                           const Options& options) {
    set_target(url);
    set_addresses(url);
    set_limits();
    set_method(method, body);
    set_fields(options);
    set_receiver();

    const CURLcode code = curl_easy_perform(handle_);
    if (thrown_) std::rethrow_exception(thrown_);
    if (code != CURLE_OK) fail(code);
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    return std::move(response_);
}

Transfer::Transfer(CURL* handle, const BackendCall& call) noexcept
    : handle_(handle),
      call_(call),
      connected_by_(
          Deadline::in(std::min(call.remaining(), backend_options().http.connect_timeout))) {}

void Transfer::set_target(const Url& url) {
    set(handle_, CURLOPT_CURLU, url.get());
    set(handle_, CURLOPT_PROXY, "");
}

/// libcurl would look a name up in a thread of its own, which outlives the call if no name server
/// answers: it costs a descriptor, and keeps strategy fork from this process. It gets the addresses
/// instead. A connection that it keeps needs none.
void Transfer::set_addresses(const Url& url) {
    const std::string host = url.name_and_port();
    if (host.empty() || is_connected(handle_)) return;
    const auto addresses = addresses_of(host.substr(0, host.rfind(':')), call_, connected_by_);
    add(addresses_, host + ":" + addresses);
    set(handle_, CURLOPT_RESOLVE, addresses_.get());
}

void Transfer::set_limits() {
    const Duration connect = std::min(call_.remaining(), connected_by_.remaining());
    set(handle_, CURLOPT_TIMEOUT_MS, whole_milliseconds(call_.remaining()));
    set(handle_, CURLOPT_CONNECTTIMEOUT_MS, whole_milliseconds(connect));
    set(handle_, CURLOPT_NOSIGNAL, 1L);
    // Should it look a name up after all, it does not wait for its thread.
    set(handle_, CURLOPT_QUICK_EXIT, 1L);
    // on_progress() ends the transfer when the token is raised. libcurl does not know the token,
    // and would poll again and again.
    set(handle_, CURLOPT_NOPROGRESS, 0L);
    set(handle_, CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    set(handle_, CURLOPT_XFERINFODATA, this);
}

std::string Transfer::leads_to() const {
    const char* url = nullptr;
    curl_easy_getinfo(handle_, CURLINFO_REDIRECT_URL, &url);
    return url == nullptr ? "" : url;
}

void Transfer::set_method(std::string_view method, std::string_view body) {
    if (method == "HEAD") {
        set(handle_, CURLOPT_NOBODY, 1L);
        return;
    }
    const bool has_body = !body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
    if (has_body) {
        set(handle_, CURLOPT_POST, 1L);
        set(handle_, CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
        set(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    }
    set(handle_, CURLOPT_CUSTOMREQUEST, std::string(method).c_str());  // copied
}

void Transfer::set_fields(const Options& options) {
    // "Name:" keeps libcurl from adding a field of its own.
    if (options.headers.find("Expect") == nullptr) add_field("Expect:");
    if (options.headers.find("Content-Type") == nullptr) add_field("Content-Type:");
    if (options.headers.find("User-Agent") == nullptr) add_field("User-Agent: curfew");
    const std::string& timeout = backend_options().http.timeout_header;
    if (!timeout.empty() && options.headers.find(timeout) == nullptr) {
        add_field(timeout + ": " + in_seconds(call_.left()));
    }
    for (const auto& [name, value] : options.headers) {
        add_field(value.empty() ? name + ";" : name + ": " + value);  // ";": a field without value
    }
    set(handle_, CURLOPT_HTTPHEADER, fields_.get());
}

void Transfer::add(List& list, const std::string& line) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
}

void Transfer::set_receiver() {
    set(handle_, CURLOPT_HEADERFUNCTION, &Transfer::on_field);
    set(handle_, CURLOPT_HEADERDATA, this);
    set(handle_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(handle_, CURLOPT_WRITEDATA, this);
}

bool Transfer::receive_field(std::string_view line) {
    // A head begins, and this may not be the first: there are interim responses.
    if (line.starts_with("HTTP/")) response_ = {};
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    if (colon == std::string_view::npos || !is_token(name)) return true;
    const auto value = trimmed(line.substr(colon + 1), " \t\r\n");
    if (!is_field_value(value)) return false;
    response_.headers.add(name, value);
    return true;
}

std::size_t Transfer::on_field(char* bytes, std::size_t, std::size_t size, void* self) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    return guarded(transfer.thrown_, size, [&] {
        return transfer.fits(size) && transfer.receive_field({bytes, size});
    });
}

std::size_t Transfer::on_body(char* bytes, std::size_t, std::size_t size, void* self) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    return guarded(transfer.thrown_, size, [&] {
        if (!transfer.fits(size)) return false;
        transfer.response_.body.append(bytes, size);
        return true;
    });
}

int Transfer::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
    return static_cast<Transfer*>(self)->call_.is_over() ? 1 : 0;
}

bool Transfer::fits(std::size_t size) noexcept {
    received_ += size;
    too_large_ = received_ > backend_options().http.limit_response;
    return !too_large_;
}

void Transfer::fail(CURLcode code) const {
    if (too_large_) call_.fail(Kind::protocol, "the response is larger than allowed");
    long error = 0;
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            call_.fail(Kind::timed_out, "no connection");
        case CURLE_COULDNT_RESOLVE_HOST:
            call_.fail(Kind::unreachable, "the name is unknown");
        case CURLE_COULDNT_CONNECT:
            curl_easy_getinfo(handle_, CURLINFO_OS_ERRNO, &error);
            if (error == ECONNREFUSED) call_.fail(Kind::refused, "connection refused");
            call_.fail(Kind::unreachable, "no connection");
        default:
            call_.fail(Kind::protocol, curl_easy_strerror(code));
    }
}

}  // namespace curfew::http
