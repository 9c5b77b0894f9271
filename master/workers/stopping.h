#pragma once

namespace curfew::master {

/// Whether the server stops, and how. It only grows: a stop is not taken back.
enum class Stopping { no, gracefully, now };

}  // namespace curfew::master
