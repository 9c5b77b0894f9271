namespace curfew {
class Router;
}

/// From before headers told the server about themselves.
void routes(curfew::Router&);
void routes(curfew::Router&) {}
