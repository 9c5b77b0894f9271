#!/bin/sh
# format.sh CLANG_FORMAT PATH: fails if a source is not laid out as .clang-format has it, and says
# where. A path that is a directory stands for the sources of the tree in it.
set -eu
sources() {
    if [ -d "$1" ]; then
        cd "$1"
        find "$PWD/handlers" "$PWD/worker" "$PWD/master" "$PWD/tools" "$PWD/tests" \
            \( -name '*.h' -o -name '*.cpp' \) ! -name badly_laid_out.h -print0
    else
        printf '%s\0' "$1"
    fi
}
sources "$2" | xargs -0 "$1" --dry-run --Werror --style=file
