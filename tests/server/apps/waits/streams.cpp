// Waits that begin inside of libc: stdio, and opening a FIFO.
#include "objects.h"
#include "row.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

namespace waits {

namespace {

/// A stream of one end of a pair of sockets.
class Stream {
  public:
    explicit Stream(const char* mode) {
        auto ends = socket_pair();
        far_ = std::move(ends.far);
        if (*mode == 'w') fill(ends.near.get());
        stream_ = ::fdopen(ends.near.release(), mode);
    }
    ~Stream() {
        drain(far_.get());
        std::fclose(stream_);
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    [[nodiscard]] FILE* get() const noexcept { return stream_; }
    [[nodiscard]] int far() const noexcept { return far_.get(); }

  private:
    UniqueFd far_;
    FILE* stream_ = nullptr;
};

/// `read_line(stream)` is true if it has read the line "x".
template <typename ReadLine>
Wait line_by(ReadLine read_line) {
    const auto stream = std::make_shared<Stream>("r");
    return {[=] {
                std::clearerr(stream->get());
                errno = 0;
                return read_line(stream->get()) ? std::string() : ended(-1, 0);
            },
            [=] {
                if (::send(stream->far(), "x\n", 2, MSG_NOSIGNAL) != 2) std::abort();
            }};
}

bool by_fgets(FILE* stream) {
    char line[8];
    return std::fgets(line, sizeof line, stream) != nullptr;
}

bool by_fread(FILE* stream) {
    char bytes[2];
    return std::fread(bytes, 1, sizeof bytes, stream) == sizeof bytes;
}

bool by_getline(FILE* stream) {
    char* line = nullptr;
    std::size_t size = 0;
    const auto length = ::getline(&line, &size, stream);
    std::free(line);
    return length == 2;
}

bool by_fscanf(FILE* stream) {
    char word[8];
    // It reads beyond the word, to see where it ends.
    return std::fscanf(stream, "%7s", word) == 1 && std::fgetc(stream) == '\n';
}

bool by_fgetc(FILE* stream) { return std::fgetc(stream) == 'x' && std::fgetc(stream) == '\n'; }

/// The buffer is smaller than what is written.
Wait write_by_fwrite() {
    const auto stream = std::make_shared<Stream>("w");
    return {[=] {
                static const std::array<char, 16384> bytes{};
                std::clearerr(stream->get());
                return std::fwrite(bytes.data(), 1, bytes.size(), stream->get()) == bytes.size()
                           ? std::string()
                           : ended(-1, 0);
            },
            [=] { drain(stream->far()); }};
}

/// Without a buffer: each write is the kernel's. `write_text(stream)` says whether all is written.
template <typename WriteText>
Wait text_by(WriteText write_text) {
    const auto stream = std::make_shared<Stream>("w");
    std::setvbuf(stream->get(), nullptr, _IONBF, 0);
    return {[=] {
                std::clearerr(stream->get());
                return write_text(stream->get()) ? std::string() : ended(-1, 0);
            },
            [=] { drain(stream->far()); }};
}

Wait flush_by_fflush() {
    const auto stream = std::make_shared<Stream>("w");
    return {[=] {
                std::clearerr(stream->get());
                std::fputc('x', stream->get());
                return ended(std::fflush(stream->get()), 0);
            },
            [=] { drain(stream->far()); }};
}

/// Nobody has the FIFO open at its other end until the event.
template <typename Open>
Wait fifo_by(Open open_one, int other_end) {
    struct Unopened {
        Unopened() { ::mkfifo(place.path().c_str(), 0600); }
        Place place;
        UniqueFd other;
    };
    const auto fifo = std::make_shared<Unopened>();
    return {[=] { return open_one(fifo->place.path().c_str()); },
            [=] {
                // Both ends, so that this does not wait itself. Only the other one would stay open.
                const UniqueFd both(::open(fifo->place.path().c_str(), O_RDWR | O_CLOEXEC));
                fifo->other = UniqueFd(::open(fifo->place.path().c_str(), other_end | O_CLOEXEC));
            }};
}

std::string open_to(const char* path, int flags) {
    const UniqueFd fd(::open(path, flags | O_CLOEXEC));
    return fd ? std::string() : ended(-1, 0);
}

std::string open_by_fopen(const char* path) {
    FILE* const stream = std::fopen(path, "re");
    if (!stream) return ended(-1, 0);
    std::fclose(stream);
    return {};
}

}  // namespace

void add_streams(std::vector<Row>& rows) {
    rows.insert(
        rows.end(),
        {{"fgets", [] { return line_by(by_fgets); }},
         {"fgetc", [] { return line_by(by_fgetc); }},
         {"fread", [] { return line_by(by_fread); }},
         {"getline", [] { return line_by(by_getline); }},
         {"fscanf", [] { return line_by(by_fscanf); }},
         {"fwrite", write_by_fwrite},
         {"fflush", flush_by_fflush},
         {"fputs",
          [] { return text_by([](FILE* stream) { return std::fputs("text", stream) >= 0; }); }},
         {"fputc",
          [] { return text_by([](FILE* stream) { return std::fputc('x', stream) == 'x'; }); }},
         {"fprintf",
          [] { return text_by([](FILE* stream) { return std::fprintf(stream, "%d", 7) == 1; }); }},
         {"open of a FIFO",
          [] {
              return fifo_by([](const char* path) { return open_to(path, O_RDONLY); }, O_WRONLY);
          }},
         {"open of a FIFO: for writing",
          [] {
              return fifo_by([](const char* path) { return open_to(path, O_WRONLY); }, O_RDONLY);
          }},
         {"openat of a FIFO",
          [] {
              return fifo_by(
                  [](const char* path) {
                      const UniqueFd fd(::openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
                      return fd ? std::string() : ended(-1, 0);
                  },
                  O_WRONLY);
          }},
         {"fopen of a FIFO", [] { return fifo_by(open_by_fopen, O_WRONLY); }}});
}

}  // namespace waits
