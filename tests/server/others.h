#pragma once

#include "tests/support/server.h"

#include <atomic>
#include <chrono>
#include <thread>

namespace curfew::tests {

/// Asks for the page /another again and again while it lives, so that a test can see whether a
/// request keeps those of others waiting.
class Others {
  public:
    explicit Others(const Server& server)
        : thread_([this, &server] {
              while (!over_) {
                  static_cast<void>(server.get("/another"));
                  std::this_thread::sleep_for(std::chrono::milliseconds(5));
              }
          }) {}
    ~Others() {
        over_ = true;
        thread_.join();
    }
    Others(const Others&) = delete;
    Others& operator=(const Others&) = delete;

  private:
    std::atomic<bool> over_{false};
    std::thread thread_;
};

}  // namespace curfew::tests
