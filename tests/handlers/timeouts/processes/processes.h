#pragma once

#include "handlers/timeouts/strategy.h"

#include <sys/resource.h>

#include <array>
#include <string_view>

namespace curfew::tests {

/// As many as processes_main.cpp starts, in each program of these tests.
constexpr int helper_count = 3;

/// The strategies that run a function in another process.
constexpr std::array<std::string_view, 2> in_processes{"process", "fork"};

/// For a scope, no descriptor can be opened.
class NoDescriptorLeft {
  public:
    NoDescriptorLeft() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit few{.rlim_cur = 3, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &few);
    }
    ~NoDescriptorLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptorLeft(const NoDescriptorLeft&) = delete;
    NoDescriptorLeft& operator=(const NoDescriptorLeft&) = delete;

  private:
    rlimit before_{};
};

}  // namespace curfew::tests
