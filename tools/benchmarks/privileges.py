"""Whether the answers depend on what the server may do."""

import os

import deaths
import report
import stuck
from servers import NO_BREAKER

NUMBER = 100
ORDINARY = "65534"  # nobody, nogroup

SERVERS = {
    "root, workers as nobody": (("--user", "nobody"), ()),
    "an ordinary user": ((), ("setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}",
                              "--clear-groups")),
    "root without CAP_SYS_PTRACE": ((), ("setpriv", "--bounding-set", "-sys_ptrace",
                                         "--inh-caps", "-sys_ptrace")),
}


def measure(bench):
    report.heading(f"The same with other rights: {NUMBER} stuck, {NUMBER} crashes, {NUMBER} "
                   "kill -9")
    if os.geteuid() != 0:
        print("  only root can try them")
        return []
    number = min(NUMBER, bench.requests)
    targets = []
    for name, (options, prefix) in SERVERS.items():
        with stuck.server(bench, *options, prefix=prefix) as server:
            ways = [stuck.stuck(server, way, number // len(stuck.WAYS) + (
                i < number % len(stuck.WAYS))) for i, way in enumerate(stuck.WAYS)]
        answers = stuck.Answers()
        for each in ways:
            answers.add(each)
        with bench.curfew(*options, *NO_BREAKER, "--log-level", "critical", workers=deaths.WORKERS,
                          prefix=prefix) as server:
            crashed = deaths.die(server, number, deaths.crash)
            killed = deaths.die(server, number, deaths.kill)
        print(f"  {name}: stuck {answers.late_ms(50):.2f} ms late (p50), "
              f"{answers.late_ms(99):.2f} ms (p99)", flush=True)
        targets += [report.Target(f"{name}: {number} stuck: as many 504", answers.text(),
                                  answers.by_status[504] == number and answers.early == 0),
                    *deaths.targets(number, crashed, killed, f"{name}: ")]
    return targets
