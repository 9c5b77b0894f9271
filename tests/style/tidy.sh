#!/bin/sh
# tidy.sh CLANG_TIDY BUILD [PATH...]: fails if clang-tidy finds what .clang-tidy forbids, and says
# where. BUILD is a build directory in which everything is built: some headers are made there. A
# PATH that is a directory stands for the sources in it; without any, it is the whole tree.
set -eu
clang_tidy=$1
build=$(cd "$2" && pwd)
shift 2
if [ $# -eq 0 ]; then
    cd "$(dirname "$0")/../.."
    set -- "$PWD/handlers" "$PWD/worker" "$PWD/master" "$PWD/tools" "$PWD/tests"
fi
find "$@" -name '*.cpp' \( ! -name badly_written.cpp -o -path "$1" \) -print0 |
    xargs -0 -P "$(nproc)" -n 3 "$clang_tidy" --quiet -p "$build"
