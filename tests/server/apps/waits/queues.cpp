// Message queues and semaphores that processes share.
#include "objects.h"
#include "row.h"

#include <fcntl.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <memory>
#include <string>

namespace waits {

namespace {

/// A queue that holds one message of POSIX.
struct Queue {
    Queue() {
        static std::atomic<int> number{0};
        const auto name = "/waits-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
        mq_attr size{};
        size.mq_maxmsg = 1;
        size.mq_msgsize = 8;
        id = ::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &size);
        ::mq_unlink(name.c_str());
    }
    ~Queue() { ::mq_close(id); }
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    /// Without waiting.
    void put() const {
        const timespec no_time{};
        ::mq_timedsend(id, "x", 1, 0, &no_time);
    }
    void take() const {
        const timespec no_time{};
        std::array<char, 8> message;
        ::mq_timedreceive(id, message.data(), message.size(), nullptr, &no_time);
    }

    mqd_t id = -1;
};

timespec in_twenty_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME, &time);
    time.tv_sec += 20;
    return time;
}

template <typename Take>
Wait message_by(Take take) {
    const auto queue = std::make_shared<Queue>();
    return {[=] {
                std::array<char, 8> message;
                return ended(take(queue->id, message.data(), message.size()), 1);
            },
            [=] { queue->put(); }};
}

template <typename Put>
Wait room_by(Put put) {
    const auto queue = std::make_shared<Queue>();
    queue->put();
    return {[=] { return ended(put(queue->id), 0); }, [=] { queue->take(); }};
}

/// Of System V, and gone with the last reference here.
struct Objects {
    Objects()
        : queue(::msgget(IPC_PRIVATE, IPC_CREAT | 0600)),
          semaphore(::semget(IPC_PRIVATE, 1, IPC_CREAT | 0600)) {}
    ~Objects() {
        ::msgctl(queue, IPC_RMID, nullptr);
        ::semctl(semaphore, 0, IPC_RMID);
    }
    Objects(const Objects&) = delete;
    Objects& operator=(const Objects&) = delete;

    int queue;
    int semaphore;
};

struct Message {
    long type = 1;
    std::array<char, 4096> bytes{};
};

Wait message_of_system_v() {
    const auto objects = std::make_shared<Objects>();
    return {[=] {
                Message message;
                return ended(::msgrcv(objects->queue, &message, message.bytes.size(), 0, 0), 1);
            },
            [=] {
                const Message message;
                ::msgsnd(objects->queue, &message, 1, IPC_NOWAIT);
            }};
}

Wait room_of_system_v() {
    const auto objects = std::make_shared<Objects>();
    const auto fill = [=] {
        const Message message;
        while (::msgsnd(objects->queue, &message, message.bytes.size(), IPC_NOWAIT) == 0) continue;
    };
    const auto empty = [=] {
        Message message;
        while (::msgrcv(objects->queue, &message, message.bytes.size(), 0, IPC_NOWAIT) >= 0) {
            continue;
        }
    };
    fill();
    return {[=] {
                const Message message;
                return ended(::msgsnd(objects->queue, &message, message.bytes.size(), 0), 0);
            },
            empty};
}

template <typename Take>
Wait semaphore_by(Take take) {
    const auto objects = std::make_shared<Objects>();
    return {[=] {
                sembuf minus_one{.sem_num = 0, .sem_op = -1, .sem_flg = 0};
                return ended(take(objects->semaphore, &minus_one), 0);
            },
            [=] {
                sembuf plus_one{.sem_num = 0, .sem_op = 1, .sem_flg = 0};
                ::semop(objects->semaphore, &plus_one, 1);
            }};
}

}  // namespace

void add_queues(std::vector<Row>& rows) {
    rows.insert(
        rows.end(),
        {{"mq_receive",
          [] {
              return message_by([](mqd_t queue, char* to, std::size_t size) {
                  return ::mq_receive(queue, to, size, nullptr);
              });
          }},
         {"mq_timedreceive",
          [] {
              return message_by([](mqd_t queue, char* to, std::size_t size) {
                  const auto end = in_twenty_seconds();
                  return ::mq_timedreceive(queue, to, size, nullptr, &end);
              });
          }},
         {"mq_send",
          [] { return room_by([](mqd_t queue) { return ::mq_send(queue, "x", 1, 0); }); }},
         {"mq_timedsend",
          [] {
              return room_by([](mqd_t queue) {
                  const auto end = in_twenty_seconds();
                  return ::mq_timedsend(queue, "x", 1, 0, &end);
              });
          }},
         {"msgrcv", message_of_system_v},
         {"msgsnd", room_of_system_v},
         {"semop",
          [] {
              return semaphore_by([](int id, sembuf* change) { return ::semop(id, change, 1); });
          }},
         {"semtimedop", [] {
              return semaphore_by([](int id, sembuf* change) {
                  const timespec time{.tv_sec = 20, .tv_nsec = 0};
                  return ::semtimedop(id, change, 1, &time);
              });
          }}});
}

}  // namespace waits
