#pragma once

#include <curfew/app.h>

#include <string>

namespace demo {

/// "Hello, world!" and nothing else.
curfew::Response hello(const curfew::Request& request);

/// The request line's method and target, each header, an empty line, then exactly the body.
curfew::Response echo(const curfew::Request& request);

/// An answer of the status `:code`.
curfew::Response status(const curfew::Request& request);

/// `:n` random bytes; `?seed=` makes them repeatable.
curfew::Response bytes(const curfew::Request& request);

/// The file `*path` below the directory $DEMO_FILES; 404 if that is not set.
curfew::Response file_below(const curfew::Request& request);

/// The name of a file in $DEMO_FILES that a link may lead to: index.html, or else the first whose
/// name needs no escaping. Empty if there is none.
std::string example_file();

/// The worker's process id.
curfew::Response pid(const curfew::Request& request);

/// Throws what no handler should let escape.
curfew::Response throw_error(const curfew::Request& request);

}  // namespace demo
