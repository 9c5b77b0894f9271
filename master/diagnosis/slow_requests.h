#pragma once

#include "master/diagnosis/inspector.h"
#include "master/workers/workers.h"

namespace curfew::master {

/// Has requests looked at that have become slow. Once for each request, which goes on unharmed.
void report_slow(Workers& workers, Inspector& inspector);

}  // namespace curfew::master
