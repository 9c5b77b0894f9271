#pragma once

#include <boost/intrusive/list.hpp>

#include <cstdint>

namespace curfew::worker {

/// Connections that may have to make room for others, in two lists, each in the order in which they
/// began to wait. A connection is in one list at most, and leaves it when it is destroyed. Every
/// change takes constant time.
class WaitingConnections {
  public:
    enum class Kind : std::uint8_t {
        none,
        idle,        ///< has had a response, and waits for the next request
        unfinished,  ///< the head of its request has not arrived, or its client is to close it
    };

    /// The base class of a connection.
    class Member : public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
      private:
        friend class WaitingConnections;
        Kind kind_ = Kind::none;
    };

    /// The member waits from now on. If it is of this kind already, it keeps its position.
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
