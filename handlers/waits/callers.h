#pragma once

namespace curfew {

/// What is known of the code that calls a function of libc. It is asked only once a wait has come
/// to its limit. While an exception is in flight, or if a function that is noexcept would end the
/// process, the answer is no: the wait goes on, and harakiri covers it.

/// True if the code at this return address may be told that a lock was not got: it looks at the
/// result of the call, and throws std::system_error, as the mutexes of the C++ library do. C code
/// seldom looks at what pthread_mutex_lock() returns, and would go on without the lock.
[[nodiscard]] bool learns_of_timeouts(const void* return_address) noexcept;

/// True if TimeoutError may be thrown to the code at this return address: it is
/// std::condition_variable or std::future, and the exception would be caught.
[[nodiscard]] bool takes_exceptions(const void* return_address) noexcept;

/// True if the code at this return address may be a timed wait of std::condition_variable. At an
/// early timeout it asks the clock, and waits again and again until its own time has come.
[[nodiscard]] bool looks_at_the_time(const void* return_address) noexcept;

/// True if the code at this return address may be a timed wait of std::counting_semaphore. At an
/// early timeout it sleeps and looks in turns until its own time has come. Then the sleeps end at
/// once, and it would compute for all that time, also on a fiber.
[[nodiscard]] bool asks_the_clock(const void* return_address) noexcept;

}  // namespace curfew
