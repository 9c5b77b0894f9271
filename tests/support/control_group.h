#pragma once

#include <filesystem>
#include <string>

namespace curfew::tests {

/// A control group (version 2) with a limit of memory and no swap, of which nobody is a member at
/// first. Needs the right to make one beside our own, and that the memory of its like is limited.
class ControlGroup {
  public:
    explicit ControlGroup(std::size_t memory);
    /// Its members must have ended.
    ~ControlGroup();
    ControlGroup(const ControlGroup&) = delete;
    ControlGroup& operator=(const ControlGroup&) = delete;

    /// Why there is none on this machine; empty: there is one.
    [[nodiscard]] const std::string& missing() const noexcept { return missing_; }

    /// This process becomes a member.
    void join() const;

  private:
    std::filesystem::path directory_;
    std::string missing_;
};

}  // namespace curfew::tests
