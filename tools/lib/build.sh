# Sourced by the tools, after `root` is set to the top of the project.

# build NAME TARGET... -- MESON_OPTION...: brings build/NAME up to date.
build() {
    local directory=$root/build/$1 targets=() log
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do targets+=("$1"); shift; done
    shift

    mkdir -p "$directory"
    log=$directory/build.log
    if [ ! -f "$directory/build.ninja" ]; then
        echo "Configuring ${directory#"$root"/}" >&2
        meson setup "$directory" "$root" "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
    fi
    # Nothing to do is the common case, and takes a moment; only else is there something to say.
    if ! ninja -C "$directory" -n "${targets[@]}" | grep -q 'no work to do'; then
        echo "Building ${directory#"$root"/} (a minute or two the first time)" >&2
    fi
    ninja -C "$directory" "${targets[@]}" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}
