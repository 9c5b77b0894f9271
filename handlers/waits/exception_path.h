#pragma once

#include <typeinfo>

namespace curfew {

/// What would become of an exception that passes a stack frame.
enum class Passage { passes, caught, terminates };

/// A frame of the stack, as the C++ runtime's unwinder sees it.
struct StackFrame {
    const unsigned char* return_address;  ///< where the frame goes on
    const unsigned char* function;        ///< the begin of its code
    const unsigned char* handlers;        ///< its table of handlers; null: it has none

    /// For an exception of that type, thrown by the call that returns to `from`. What a cleanup
    /// itself would throw is not looked at.
    [[nodiscard]] Passage passage(const unsigned char* from,
                                  const std::type_info& type) const noexcept;
};

/// A visitor of stack frames, from the running function outwards.
class FrameVisitor {
  public:
    /// False: it has seen enough.
    virtual bool visit(const StackFrame& frame) = 0;

    void walk();

  protected:
    ~FrameVisitor() = default;
};

/// True if an exception of that type, thrown out of a function that returns to `return_address`,
/// would be caught, and would not meet a function that is noexcept before.
[[nodiscard]] bool would_be_caught(const void* return_address, const std::type_info& type) noexcept;

}  // namespace curfew
