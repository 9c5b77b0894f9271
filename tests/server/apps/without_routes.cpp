#include <curfew/app.h>

// Another signature than the server looks for.
void routes(curfew::Router*);
void routes(curfew::Router*) {}
