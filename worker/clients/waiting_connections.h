#pragma once

#include <boost/intrusive/list.hpp>

#include <cstdint>

namespace curfew::worker {

/// Connections that may have to make room for others, each list in the order in which they came to
/// wait. A connection is in one of them at most, and leaves it when it is destroyed; every change
/// takes the same short time, however many there are.
class WaitingConnections {
  public:
    enum class Kind : std::uint8_t {
        none,
        idle,        ///< has had a response, and waits for the next request
        unfinished,  ///< its first request, or the head of one, is not there; or its end is awaited
    };

    /// Base of what can wait.
    class Member : public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
      private:
        friend class WaitingConnections;
        Kind kind_ = Kind::none;
    };

    /// It waits from now on; it keeps its place if it has waited as the same kind.
    void set(Member& member, Kind kind) noexcept {
        if (member.kind_ == kind) return;
        member.unlink();
        member.kind_ = kind;
        if (kind == Kind::idle) idle_.push_back(member);
        if (kind == Kind::unfinished) unfinished_.push_back(member);
    }

    using List = boost::intrusive::list<Member, boost::intrusive::constant_time_size<false>>;
    [[nodiscard]] List& idle() noexcept { return idle_; }
    [[nodiscard]] List& unfinished() noexcept { return unfinished_; }

  private:
    List idle_;
    List unfinished_;
};

}  // namespace curfew::worker
