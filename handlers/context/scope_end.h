#pragma once

namespace curfew {

using ScopeEnd = void (*)() noexcept;

/// What this thread does once a ContextScope has ended and the context before it is in force
/// again; null: nothing. Belongs to the watch of `waits/interruption.cpp`.
extern thread_local constinit ScopeEnd at_scope_end;

}  // namespace curfew
