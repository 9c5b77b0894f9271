#include "exception_path.h"

#include "module.h"

#include <dlfcn.h>
#include <unwind.h>

#include <cstdint>
#include <cstring>

namespace curfew {

namespace {

/// Reads the tables that a compiler makes for the C++ runtime: "Exception Handling Tables" of the
/// Itanium C++ ABI, with the pointer encodings of the Linux Standard Base (DWARF Exception Header
/// Encoding).
class Reader {
  public:
    explicit Reader(const unsigned char* position) noexcept : position_(position) {}

    static constexpr unsigned char omitted = 0xff;

    [[nodiscard]] const unsigned char* position() const noexcept { return position_; }

    unsigned char byte() noexcept { return *position_++; }

    std::uint64_t unsigned_leb() noexcept {
        std::uint64_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            const auto next = byte();
            value |= std::uint64_t{next & 0x7fU} << shift;
            if ((next & 0x80) == 0) return value;
        }
    }

    std::int64_t signed_leb() noexcept {
        std::uint64_t value = 0;
        unsigned shift = 0;
        unsigned char next = 0;
        do {
            next = byte();
            value |= std::uint64_t{next & 0x7fU} << shift;
            shift += 7;
        } while ((next & 0x80) != 0);
        if (shift < 64 && (next & 0x40) != 0) value |= ~std::uint64_t{0} << shift;
        return static_cast<std::int64_t>(value);
    }

    /// Null if it is null.
    const unsigned char* pointer(unsigned char encoding) noexcept {
        const auto* const here = position_;
        auto value = static_cast<std::uintptr_t>(number(encoding));
        if (value == 0) return nullptr;
        if ((encoding & 0x70) == 0x10) value += reinterpret_cast<std::uintptr_t>(here);
        const auto* found = reinterpret_cast<const unsigned char*>(value);
        if (encoding & 0x80) std::memcpy(&found, found, sizeof found);
        return found;
    }

    std::uint64_t number(unsigned char encoding) noexcept {
        switch (encoding & 0x0f) {
            case 0x01:
                return unsigned_leb();
            case 0x02:
                return fixed<std::uint16_t>();
            case 0x03:
                return fixed<std::uint32_t>();
            case 0x09:
                return static_cast<std::uint64_t>(signed_leb());
            case 0x0a:
                return static_cast<std::uint64_t>(std::int64_t{fixed<std::int16_t>()});
            case 0x0b:
                return static_cast<std::uint64_t>(std::int64_t{fixed<std::int32_t>()});
            default:
                return fixed<std::uint64_t>();
        }
    }

    static std::ptrdiff_t size_of(unsigned char encoding) noexcept {
        switch (encoding & 0x07) {
            case 0x02:
                return 2;
            case 0x03:
                return 4;
            default:
                return 8;
        }
    }

  private:
    template <typename Number>
    Number fixed() noexcept {
        Number number{};
        std::memcpy(&number, position_, sizeof number);
        position_ += sizeof number;
        return number;
    }

    const unsigned char* position_;
};

/// The types that the handlers of a function catch.
struct Types {
    const unsigned char* end = nullptr;
    unsigned char encoding = Reader::omitted;

    /// The handler number `filter` of the table.
    [[nodiscard]] bool catches(std::int64_t filter, const std::type_info& thrown) const noexcept {
        if (!end) return false;
        Reader entry(end - filter * Reader::size_of(encoding));
        const auto* const type = reinterpret_cast<const std::type_info*>(entry.pointer(encoding));
        if (!type) return true;  // catch (...)
        int object = 0;          // its address is only computed with: no base class is virtual
        void* address = &object;
        return type->__do_catch(&thrown, &address, 1);
    }
};

/// The handlers of a place in the code, the innermost first.
Passage handled(const unsigned char* actions, std::uint64_t first, const Types& types,
                const std::type_info& thrown) noexcept {
    const unsigned char* next = actions + first - 1;
    while (true) {
        Reader action(next);
        const auto filter = action.signed_leb();
        const auto* const at = action.position();
        const auto offset = action.signed_leb();
        if (filter > 0 && types.catches(filter, thrown)) return Passage::caught;
        if (filter < 0) return Passage::terminates;  // a list of what may be thrown: throw()
        if (offset == 0) return Passage::passes;
        next = at + offset;
    }
}

_Unwind_Reason_Code visit_frame(_Unwind_Context* context, void* visitor) {
    const StackFrame frame{
        .return_address = reinterpret_cast<const unsigned char*>(_Unwind_GetIP(context)),
        .function = reinterpret_cast<const unsigned char*>(_Unwind_GetRegionStart(context)),
        .handlers =
            reinterpret_cast<const unsigned char*>(_Unwind_GetLanguageSpecificData(context)),
    };
    return static_cast<FrameVisitor*>(visitor)->visit(frame) ? _URC_NO_REASON : _URC_END_OF_STACK;
}

/// Whether code is of a module in C++, or of the C++ library itself.
bool is_cpp(const unsigned char* code) noexcept {
    const Module module(code);
    return module.imports("__gxx_personality_v0") ||
           module.has(::dlsym(RTLD_DEFAULT, "__gxx_personality_v0"));
}

class Fate final : public FrameVisitor {
  public:
    Fate(const void* from, const std::type_info& type) noexcept : from_(from), type_(type) {}

    bool visit(const StackFrame& frame) override {
        begun_ = begun_ || frame.return_address == from_;
        if (begun_) passage_ = frame.passage(frame.return_address, type_);
        return passage_ == Passage::passes;
    }

    [[nodiscard]] bool caught() const noexcept { return passage_ == Passage::caught; }

  private:
    const void* from_;
    const std::type_info& type_;
    bool begun_ = false;
    Passage passage_ = Passage::passes;
};

}  // namespace

Passage StackFrame::passage(const unsigned char* from, const std::type_info& type) const noexcept {
    // Code in C has no handlers, and does not expect to be left in the middle of a call.
    if (!handlers) return is_cpp(from) ? Passage::passes : Passage::terminates;
    Reader table(handlers);
    const auto* landing_pads = function;
    if (const auto encoding = table.byte(); encoding != Reader::omitted) {
        landing_pads = table.pointer(encoding);
    }
    Types types;
    types.encoding = table.byte();
    if (types.encoding != Reader::omitted) {
        const auto offset = table.unsigned_leb();
        types.end = table.position() + offset;
    }
    const auto encoding = table.byte();
    const auto length = table.unsigned_leb();
    const auto* const actions = table.position() + length;
    const auto place = static_cast<std::uint64_t>(from - 1 - function);
    while (table.position() < actions) {
        const auto start = table.number(encoding);
        const auto size = table.number(encoding);
        const auto landing_pad = table.number(encoding);
        const auto action = table.unsigned_leb();
        if (place < start) break;
        if (place >= start + size) continue;
        if (landing_pad == 0 || action == 0 || !landing_pads) return Passage::passes;
        return handled(actions, action, types, type);
    }
    return Passage::terminates;  // the compiler lists every call that may throw
}

void FrameVisitor::walk() { _Unwind_Backtrace(visit_frame, this); }

bool would_be_caught(const void* return_address, const std::type_info& type) noexcept {
    Fate fate(return_address, type);
    fate.walk();
    return fate.caught();
}

}  // namespace curfew
