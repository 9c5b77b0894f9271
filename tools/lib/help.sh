# Sourced by the tools, before they ask for packages or build: help needs neither.

# usage: what the tool's first comment says.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; }

# help_if_asked PROGRAM ARGUMENT...: with --help or -h among them, prints that and what the program says
# of its own options, and exits. A tool that is no more than its script has "" for its program.
help_if_asked() {
    local program=$1
    shift
    [[ " $* " == *" --help "* || " $* " == *" -h "* ]] || return 0
    usage
    if [ -x "$program" ]; then
        echo
        "$program" --help
    elif [ -n "$program" ]; then
        echo
        echo "Once it is built, its options are listed here as well."
    fi
    exit 0
}
