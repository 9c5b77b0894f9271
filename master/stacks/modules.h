#pragma once

#include "master/stacks/frame.h"

#include <elfutils/libdwfl.h>
#include <sys/types.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace curfew::master {

/// One call of a stack: the address of the instruction that runs, or a return address.
struct Call {
    Dwarf_Addr address = 0;
    bool runs = false;  ///< false: it is a return address
};

/// What is mapped into a process, and the names of the functions in it.
class Modules {
  public:
    /// Reads /proc/PID/maps. Throws std::runtime_error.
    [[nodiscard]] static Modules of(pid_t pid);

    /// From a text such as that file's.
    [[nodiscard]] static Modules from(std::string maps);

    /// A stack in words, the innermost call first, as far as the server's own calls below the
    /// handler. Names can take long the first time: some milliseconds, more with debug information.
    [[nodiscard]] std::vector<Frame> describe(std::span<const Call> calls) const;

    /// The same of a fiber that the server has parked, without the server's own calls on top.
    [[nodiscard]] std::vector<Frame> describe_parked(std::span<const Call> calls) const;

    [[nodiscard]] Dwfl* get() const noexcept { return dwfl_.get(); }

  private:
    struct End {
        void operator()(Dwfl* dwfl) const noexcept { ::dwfl_end(dwfl); }
    };

    Modules();
    void reported(int error) const;
    [[nodiscard]] Frame describe(const Call& call) const;

    std::unique_ptr<Dwfl, End> dwfl_;
};

}  // namespace curfew::master
