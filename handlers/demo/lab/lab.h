#pragma once

#include "../index.h"

namespace demo::lab {

/// Adds the page on which an experiment is watched as it goes on.
void add_page(Index& index);

/// Adds what that page asks.
void add_experiments(Index& index);

}  // namespace demo::lab
