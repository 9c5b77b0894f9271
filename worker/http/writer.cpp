#include "worker/http/writer.h"

#include "handlers/http/date.h"
#include "worker/os/temporary_file.h"

#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <iterator>

namespace curfew::worker {

namespace {

void append_number(std::string& out, std::uint64_t number, int base = 10) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, number, base).ptr;
    out.append(digits, end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

constexpr std::string_view server_field = "Server: curfew\r\n";

/// A body up to this size is copied behind the head, because that is cheaper than giving the kernel
/// two pieces.
constexpr std::size_t copied_body = 4096;

/// The most memory of its head that a response leaves to the next one.
constexpr std::size_t kept_head = 2 * copied_body;

/// Whether a response with that status may have a body (RFC 9110 section 6.4.1).
bool may_have_body(int status) noexcept { return status != 204 && status != 304; }

std::uint64_t body_length(const Body& body) noexcept {
    if (const auto* const whole = std::get_if<std::string>(&body)) return whole->size();
    return static_cast<std::uint64_t>(std::get<FileBody>(body).length);
}

ssize_t send_both(int fd, std::string_view head, std::string_view body, int flags) noexcept {
    if (body.empty()) return ::send(fd, head.data(), head.size(), flags);
    iovec parts[2] = {{const_cast<char*>(head.data()), head.size()},
                      {const_cast<char*>(body.data()), body.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = std::size(parts);
    return ::sendmsg(fd, &message, flags);
}

void append_status_line(std::string& out, int status) {
    if (status == 200) {
        out.append("HTTP/1.1 200 OK\r\n");
        return;
    }
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::uint64_t>(status));
    out.append(" ").append(reason_phrase(status)).append("\r\n");
}

void append_head(std::string& out, const Response& response, const Framing& framing,
                 DateClock& clock) {
    append_status_line(out, response.status());

    const Headers& headers = response.headers();
    const auto missing = [&](std::string_view name) {
        return headers.empty() || !headers.find(name);
    };
    out.append(missing("Server") ? clock.server_and_date() : clock.date());
    if (!response.content_type().empty() && missing("Content-Type") &&
        may_have_body(response.status())) {
        append_field(out, "Content-Type", response.content_type());
    }
    for (const auto& [name, value] : headers) append_field(out, name, value);
    if (missing("X-Request-Id") && !framing.id.empty()) {
        append_field(out, "X-Request-Id", framing.id);
    }
}

}  // namespace

void DateClock::tell_time() {
    timespec time;
    ::clock_gettime(CLOCK_REALTIME_COARSE, &time);
    if (time.tv_sec == second_) return;
    second_ = time.tv_sec;
    text_.assign(server_field).append("Date: ").append(http_date(second_)).append("\r\n");
}

std::string_view DateClock::server_and_date() {
    tell_time();
    return text_;
}

std::string_view DateClock::date() { return server_and_date().substr(server_field.size()); }

void Writer::begin(Response& response, const Framing& framing, DateClock& clock,
                   std::string& scratch) {
    pending_.swap(scratch);
    pending_.clear();
    append_head(pending_, response, framing, clock);

    const bool bodiless = !may_have_body(response.status());
    body_ = bodiless ? Body{} : std::move(response.body());
    streaming_ = std::holds_alternative<Chunks>(body_);
    chunked_ = streaming_ && framing.http_1_1;
    // A stream to HTTP/1.0 ends with the connection.
    keep_alive_ = framing.keep_alive && (!streaming_ || chunked_);
    pending_sent_ = body_sent_ = 0;
    no_file_ = false;
    body_bytes_ = bytes_sent_ = 0;

    if (chunked_) {
        append_field(pending_, "Transfer-Encoding", "chunked");
    } else if (!streaming_ && !bodiless) {
        pending_.append("Content-Length: ");
        append_number(pending_, body_length(body_));
        pending_.append("\r\n");
    }
    if (!keep_alive_) append_field(pending_, "Connection", "close");
    if (keep_alive_ && !framing.http_1_1) append_field(pending_, "Connection", "keep-alive");
    pending_.append("\r\n");

    if (framing.head) {
        body_ = {};
        streaming_ = false;
    }
    if (const auto* const whole = std::get_if<std::string>(&body_);
        whole && whole->size() <= copied_body) {
        pending_.append(*whole);
        body_bytes_ = whole->size();
        body_ = {};
    }
}

std::optional<std::uint64_t> Writer::length() const noexcept {
    if (streaming_) return {};
    return pending_.size() + body_length(body_);
}

Writer::Progress Writer::write(int fd) {
    const auto* const file = std::get_if<FileBody>(&body_);
    const bool file_follows = file && file->length > 0;  // else nothing would end MSG_MORE
    const auto* const whole = std::get_if<std::string>(&body_);
    while (true) {
        const auto head = std::string_view(pending_).substr(pending_sent_);
        const auto body = whole ? std::string_view(*whole).substr(body_sent_) : std::string_view{};
        if (head.empty() && body.empty()) break;

        const auto count = send_both(fd, head, body, MSG_NOSIGNAL | (file_follows ? MSG_MORE : 0));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno != EAGAIN) return Progress::failed;
        if (count < 0) {
            keep_rest();
            return Progress::blocked;
        }

        const auto sent = static_cast<std::size_t>(count);
        bytes_sent_ += sent;
        const auto of_head = std::min(sent, head.size());
        pending_sent_ += of_head;
        body_sent_ += sent - of_head;
        if (whole) body_bytes_ += sent - of_head;
    }
    pending_.clear();
    pending_sent_ = 0;
    if (file_follows) return send_file(fd);
    return streaming_ ? Progress::wants_chunk : Progress::done;
}

void Writer::keep_rest() noexcept {
    const auto* const whole = std::get_if<std::string>(&body_);
    if (!whole || share_ || no_file_) return;
    const auto rest = std::string_view(*whole).substr(body_sent_);
    if (rest.size() <= always_in_memory) return;
    // All of the string stays until its end.
    share_ = memory_.take(whole->size());
    if (!share_) move_to_file(rest);
}

void Writer::move_to_file(std::string_view rest) noexcept {
    auto file = temporary_file(rest);
    no_file_ = !file;
    if (no_file_) return;
    body_ = FileBody{std::move(file), 0, static_cast<std::int64_t>(rest.size())};
    body_sent_ = 0;
}

Writer::Progress Writer::send_file(int fd) {
    auto& file = std::get<FileBody>(body_);
    while (file.length > 0) {
        off_t offset = file.offset;
        const auto most = static_cast<std::size_t>(std::min<std::int64_t>(file.length, 1 << 20));
        const auto count = ::sendfile(fd, file.fd.get(), &offset, most);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) return Progress::blocked;
        if (count < 0) return Progress::failed;
        if (count == 0) {  // the file has shrunk, and its length was promised
            errno = 0;
            return Progress::failed;
        }
        file.offset += count;
        file.length -= count;
        body_bytes_ += static_cast<std::uint64_t>(count);
        bytes_sent_ += static_cast<std::uint64_t>(count);
    }
    return Progress::done;
}

void Writer::add(const std::optional<std::string>& chunk) {
    if (!chunk) {
        if (chunked_) pending_.append("0\r\n\r\n");
        streaming_ = false;
        return;
    }
    if (chunk->empty()) return;  // an empty chunk would end the body
    body_bytes_ += chunk->size();
    if (chunked_) {
        append_number(pending_, chunk->size(), 16);
        pending_.append("\r\n");
    }
    pending_.append(*chunk);
    if (chunked_) pending_.append("\r\n");
}

void Writer::reset(std::string& scratch) noexcept {
    pending_.clear();
    const bool worth_it = pending_.capacity() > scratch.capacity();
    if (worth_it && pending_.capacity() <= kept_head) pending_.swap(scratch);
    pending_ = {};
    pending_sent_ = 0;
    body_ = {};
    share_ = {};
    streaming_ = false;
}

}  // namespace curfew::worker
