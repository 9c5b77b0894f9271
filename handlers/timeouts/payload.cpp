#include "payload.h"

#include <fcntl.h>

#include <cstring>
#include <stdexcept>

namespace curfew {

void Packer::descriptor(int fd) {
    if (payload_.fds.size() == Payload::most_fds) {
        throw std::logic_error("more than 16 open files cannot go to another process at once");
    }
    payload_.fds.push_back(checked_fd(::fcntl(fd, F_DUPFD_CLOEXEC, 0), "fcntl"));
}

void Unpacker::bytes(void* data, std::size_t size) {
    if (size > left_.size()) throw std::invalid_argument("a payload ends too soon");
    if (size > 0) std::memcpy(data, left_.data(), size);
    left_.remove_prefix(size);
}

UniqueFd Unpacker::descriptor() {
    if (next_fd_ == payload_.fds.size())
        throw std::invalid_argument("a payload lacks a descriptor");
    return std::move(payload_.fds[next_fd_++]);
}

}  // namespace curfew
