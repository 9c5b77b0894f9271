// Locks of files.
#include "objects.h"
#include "row.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <memory>

namespace waits {

namespace {

/// A file that is open twice: once for whoever waits, and once for the holder of the lock.
struct LockedFile {
    explicit LockedFile(bool by_flock) : flock(by_flock) {
        waiter = UniqueFd(::open(place.path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        holder = UniqueFd(::open(place.path().c_str(), O_RDWR | O_CLOEXEC));
        hold(true);
    }

    /// An open file description's lock excludes locks of the process as well.
    void hold(bool held) const {
        if (flock) {
            ::flock(holder.get(), held ? LOCK_EX : LOCK_UN);
        } else {
            const struct ::flock lock = whole(held ? F_WRLCK : F_UNLCK);
            ::fcntl(holder.get(), F_OFD_SETLK, &lock);
        }
    }

    static struct ::flock whole(short type) {
        struct ::flock lock {};
        lock.l_type = type;
        lock.l_whence = SEEK_SET;
        return lock;
    }

    bool flock;
    Place place;
    UniqueFd waiter;
    UniqueFd holder;
};

template <typename Lock, typename Unlock>
Wait file_by(bool by_flock, Lock lock, Unlock unlock) {
    const auto file = std::make_shared<LockedFile>(by_flock);
    return {[=] {
                const auto how = ended(lock(file->waiter.get()), 0);
                if (how.empty()) unlock(file->waiter.get());
                return how;
            },
            [=] { file->hold(false); }};
}

template <int command>
Wait file_by_fcntl() {
    return file_by(
        false,
        [](int fd) {
            const auto lock = LockedFile::whole(F_WRLCK);
            return ::fcntl(fd, command, &lock);
        },
        [](int fd) {
            const auto lock = LockedFile::whole(F_UNLCK);
            ::fcntl(fd, command, &lock);
        });
}

}  // namespace

void add_locks_of_files(std::vector<Row>& rows) {
    rows.insert(rows.end(), {{"flock",
                              [] {
                                  return file_by(
                                      true, [](int fd) { return ::flock(fd, LOCK_EX); },
                                      [](int fd) { ::flock(fd, LOCK_UN); });
                              }},
                             {"fcntl F_SETLKW", file_by_fcntl<F_SETLKW>},
                             {"fcntl F_OFD_SETLKW", file_by_fcntl<F_OFD_SETLKW>},
                             {"lockf", [] {
                                  return file_by(
                                      false, [](int fd) { return ::lockf(fd, F_LOCK, 0); },
                                      [](int fd) { return ::lockf(fd, F_ULOCK, 0); });
                              }}});
}

}  // namespace waits
