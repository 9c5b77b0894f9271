#include "worker/clients/send_progress.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <utility>

namespace curfew::worker {

bool SendProgress::made(int fd) noexcept {
    const int now = unacknowledged(fd);
    const int before = std::exchange(unacknowledged_, now);
    return before == not_known ? now > 0 : now < before && now != not_known;
}

int SendProgress::unacknowledged(int fd) noexcept {
    int bytes = 0;
    return ::ioctl(fd, SIOCOUTQ, &bytes) == 0 ? bytes : not_known;
}

}  // namespace curfew::worker
