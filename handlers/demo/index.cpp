#include "index.h"

#include <utility>

using namespace curfew;

namespace demo {

namespace {

constexpr std::string_view head = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>curfew: the demo</title>
<link rel="icon" href="data:,">
<style>
:root {
    color-scheme: light dark;
    --page: #fbfaf8; --card: #fff; --text: #1d1d22; --quiet: #62626c; --line: #e3e1dc;
    --link: #1f5fbf; --harm: #b3261e; --harm-card: #fdf1ef;
}
@media (prefers-color-scheme: dark) {
    :root {
        --page: #141417; --card: #1d1d21; --text: #e9e8e6; --quiet: #a2a2ac; --line: #34343a;
        --link: #8ab4f8; --harm: #ff9c92; --harm-card: #2a1c1b;
    }
}
* { box-sizing: border-box; }
body {
    margin: 0 auto; padding: 3rem 1.25rem; max-width: 54rem;
    background: var(--page); color: var(--text);
    font: 1rem/1.55 system-ui, sans-serif;
}
h1 { margin: 0; font-size: 2.1rem; letter-spacing: -.02em; }
h2 { margin: 2.5rem 0 .25rem; font-size: 1.2rem; }
p { margin: .25rem 0 1rem; color: var(--quiet); }
header p { font-size: 1.1rem; }
ul { margin: 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: .6rem;
     background: var(--card); overflow: hidden; }
li { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: .15rem 1.25rem;
     padding: .7rem 1rem; }
li + li { border-top: 1px solid var(--line); }
a, code { font: .92rem/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
small { display: block; color: var(--quiet); font-size: .8rem; overflow-wrap: anywhere; }
.harms ul { background: var(--harm-card); }
.harms a { color: var(--harm); }
@media (max-width: 36rem) { li { grid-template-columns: 1fr; } body { padding-top: 1.75rem; } }
</style>
</head>
<body>
<header>
<h1>curfew</h1>
<p>An application server for handlers that sometimes get stuck. Try it on this one.</p>
</header>
<main>
)";

constexpr std::string_view foot = "</main>\n</body>\n</html>\n";

}  // namespace

void Index::section(std::string_view title, std::string_view intro, Harm harm) {
    if (in_section_) page_ += "</ul>\n</section>\n";
    in_section_ = true;
    page_.append(harm == Harm::worker_dies ? "<section class=\"harms\">\n" : "<section>\n");
    page_.append("<h2>").append(title).append("</h2>\n");
    page_.append("<p>").append(intro).append("</p>\n<ul>\n");
}

Route& Index::get(std::string_view pattern, Handler handler, std::string_view shows,
                  std::string_view example) {
    list("GET", pattern, shows, example);
    return router_.get(pattern, std::move(handler));
}

Route& Index::any(std::string_view pattern, Handler handler, std::string_view shows) {
    list("any method", pattern, shows, pattern);
    return router_.any(pattern, std::move(handler));
}

void Index::add(std::initializer_list<std::string_view> methods, std::string_view pattern,
                const Handler& handler, std::string_view shows, std::string_view example) {
    std::string names;
    for (const auto method : methods) {
        if (!names.empty()) names += ", ";
        names += method;
        router_.add(method, pattern, handler);
    }
    list(names, pattern, shows, example);
}

void Index::list(std::string_view methods, std::string_view pattern, std::string_view shows,
                 std::string_view example) {
    const auto target = example.empty() ? pattern : example;
    page_.append("<li><span><a href=\"").append(target).append("\">").append(target);
    page_.append("</a><small>").append(methods).append(" ").append(pattern);
    page_.append("</small></span><span>").append(shows).append("</span></li>\n");
}

std::string Index::page() const {
    std::string html(head);
    html += page_;
    if (in_section_) html += "</ul>\n</section>\n";
    return html.append(foot);
}

}  // namespace demo
