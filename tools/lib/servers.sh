# Sourced by the tools that run servers in the background. All that these write is in `directory`,
# which must be set, and be in each server's command line, with a slash behind it.

# pid_of NAME: the pid of that server; fails if it does not run. A number that another program has
# got since is told by its command line, which has our directory.
pid_of() {
    local pid
    pid=$(cat "$directory/$1.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$directory/" || return 1
    echo "$pid"
}

port_of() { cat "$directory/$1.port" 2>/dev/null; }

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the ports that the kernel gives to clients.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); do
        listening "$port" || { echo "$port"; return; }
    done
}

# launch NAME PORT COMMAND...: in the background, in a session of its own, with its pid and port on
# record.
launch() {
    local name=$1
    echo "$2" >"$directory/$name.port"
    shift 2
    # 9 is the lock, which must not be kept by what goes on running.
    setsid "$@" </dev/null >"$directory/$name.log" 2>&1 9>&- &
    echo $! >"$directory/$name.pid"
}

# await NAME COMMAND...: until the command succeeds; fails once the server has ended. Not by pid_of:
# for a moment the new process still has the command line of this script.
await() {
    local pid
    pid=$(cat "$directory/$1.pid")
    shift
    for _ in $(seq 1200); do
        "$@" && return
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.05
    done
    kill -KILL "$pid"
    return 1
}

# start_one NAME: again on another port, if somebody was faster.
start_one() {
    local name=$1
    for _ in 1 2 3; do
        "start_$name" "$(free_port)" && return
    done
    echo "$name does not start:" >&2
    tail -n 20 "$directory/$name.log" >&2
    return 1
}

stop_one() {
    local pid
    pid=$(pid_of "$1") || return 0
    kill "$pid"
    for _ in $(seq 200); do
        pid_of "$1" >/dev/null || return 0
        sleep 0.05
    done
    kill -KILL "$pid"
}
