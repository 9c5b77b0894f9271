-- One line that a program can read, instead of wrk's rounded report.
function done(summary, latency)
    local e = summary.errors
    io.write(string.format("result %d %d %d %d %d %d %d %d %d\n", summary.requests,
        summary.duration, latency:percentile(50), latency:percentile(99),
        e.connect, e.read, e.write, e.timeout, e.status))
end
