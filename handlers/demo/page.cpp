#include "page.h"

namespace demo {

namespace {

constexpr std::string_view style = R"(<style>
:root {
    color-scheme: light dark;
    --page: #fbfaf8; --card: #fff; --text: #1d1d22; --quiet: #62626c; --line: #e3e1dc;
    --link: #1f5fbf; --harm: #b3261e; --good: #1b7a3d; --harm-card: #fdf1ef;
}
@media (prefers-color-scheme: dark) {
    :root {
        --page: #141417; --card: #1d1d21; --text: #e9e8e6; --quiet: #a2a2ac; --line: #34343a;
        --link: #8ab4f8; --harm: #ff9c92; --good: #7fd69b; --harm-card: #2a1c1b;
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
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: .6rem;
        background: var(--card); }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .3rem .25rem; text-align: center; font-weight: normal; }
tbody tr { border-top: 1px solid var(--line); }
tbody th { padding-left: 1rem; text-align: left; font: .92rem/1.6 ui-monospace, monospace; }
thead th { vertical-align: bottom; }
dl { display: grid; grid-template-columns: 6.5rem 1fr; margin: 0; }
dt { color: var(--quiet); font-size: .9rem; }
dd { margin: 0; font-size: .9rem; }
thead span { writing-mode: vertical-rl; transform: rotate(180deg); font-size: .85rem;
             color: var(--quiet); }
td a { display: block; color: var(--quiet); }
.bad a, p b { color: var(--harm); font-weight: bold; }
.good a { color: var(--good); font-weight: bold; }
.harm, .harm th { background: var(--harm-card); color: var(--harm); }
.waits th, .waits td { padding: .35rem .75rem; text-align: left; vertical-align: top;
                      font-size: .9rem; }
.waits thead th { padding-top: .9rem; color: var(--quiet); }
.waits thead th:first-child { color: var(--text); font-weight: bold; }
.waits td:last-child { min-width: 7.5rem; }
.waits code { font-size: .95em; line-height: inherit; }
.waits b { color: var(--harm); }
@media (max-width: 36rem) {
    li { grid-template-columns: 1fr; }
    body { padding-top: 1.75rem; }
    th, td { padding: .3rem 0; }
    tbody th { padding-left: .4rem; font-size: .75rem; }
    .waits th, .waits td { padding: .3rem .4rem; font-size: .8rem; }
    .waits td:last-child { min-width: 5rem; }
}
</style>
)";

}  // namespace

std::string page(std::string_view title, std::string_view intro, std::string_view main) {
    std::string html(R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>curfew: the demo</title>
<link rel="icon" href="data:,">
)");
    html.append(style).append("</head>\n<body>\n<header>\n<h1>").append(title);
    html.append("</h1>\n<p>").append(intro).append("</p>\n</header>\n<main>\n").append(main);
    return html.append("</main>\n</body>\n</html>\n");
}

}  // namespace demo
