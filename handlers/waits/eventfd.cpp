// eventfd_read(3) and eventfd_write(3), which replace libc's own, because those do not call our
// read() and write(): see README.md in this folder.
#include <sys/eventfd.h>
#include <unistd.h>

extern "C" {

int eventfd_read(int fd, eventfd_t* value) {
    return ::read(fd, value, sizeof *value) == sizeof *value ? 0 : -1;
}

int eventfd_write(int fd, eventfd_t value) {
    return ::write(fd, &value, sizeof value) == sizeof value ? 0 : -1;
}

}  // extern "C"
