#pragma once

#include "../index.h"

namespace demo::lab {

/// Adds the page on which an experiment is watched as it goes on, and what it needs.
void add_lab(Index& index);

}  // namespace demo::lab
