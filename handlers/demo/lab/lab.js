"use strict";

// One experiment at a time. Times are milliseconds on the server's clock, which the first event
// tells; those of this browser are moved to it by `offset`.

const form = document.getElementById("experiment");
const summary = document.getElementById("summary");
const timeline = document.getElementById("timeline");
const log = document.getElementById("log");
const other_every = 200;    // ms between two requests of the others
const other_is_slow = 50;   // ms
const give_pool = 3000;     // ms for the pool to be whole again, once all is answered
const say_again = 200;      // ms until "done" is said again to those that tell
const tolerance = Number(form.dataset.tolerance);  // ms after its limit that an end is in time

let experiment = null;

function now() { return performance.now() + experiment.offset; }
function since_start(time) { return time - experiment.start; }
function ms(time) { return time >= 9950 ? (time / 1000).toFixed(1) + " s" : Math.round(time) + " ms"; }

function say(time, text, style) {
    const line = document.createElement("li");
    const when = document.createElement("time");
    when.textContent = "+" + ms(Math.max(0, since_start(time)));
    const what = document.createElement("span");
    what.textContent = text;
    if (style) what.className = style;
    line.append(when, what);
    log.append(line);
    log.scrollTop = log.scrollHeight;
}

// ---- What is asked for, and the answers ----

/// Anonymous, so that the browser keeps these connections apart from that of the event stream.
const request_options = {cache: "no-store", credentials: "omit"};

function target_of(n) {
    const {strategy, func, limit, seconds} = experiment.asked;
    return `/timeout/${strategy}/${func}?limit=${limit}ms&seconds=${seconds}&n=${n}`;
}

/// Who has answered, and what: {text, style, detail}.
function read_answer(reply, body) {
    let report = null;
    try { report = JSON.parse(body); } catch { /* it is the server's own, in words */ }
    const words = body.trim().split("\n").slice(1).join("; ");
    if (report && report.outcome) {
        const left = Object.entries(report.left_behind || {})
            .filter(([, what]) => what)
            .map(([name, what]) => name === "function" ? what : `${name}: ${what}`);
        const detail = [`${ms(report.elapsed_ms)} of it in the function`];
        if (report.outcome === "error") detail.unshift(report.message);
        if (left.length) detail.push("left behind: " + left.join(", "));
        const text = {
            value: "value",
            timeout: report.strategy === "harakiri" ? "504 by the function, which was told"
                                                    : `504 by ${report.strategy}`,
            error: `${reply.status} by the function`,
        }[report.outcome];
        return {text, style: report.outcome === "value" ? "good" : "", detail: detail.join("; "),
                by_function: true, elapsed: report.elapsed_ms};
    }
    if (reply.headers.get("Curfew-Limit")) {
        return {text: "504 by the server", style: "harm",
                detail: "its limit, " + reply.headers.get("Curfew-Limit")};
    }
    const names = {502: "502 by the server", 503: "503 by the server", 504: "504 by the server"};
    return {text: names[reply.status] || String(reply.status), style: "harm", detail: words};
}

async function send(request) {
    request.sent = now();
    try {
        const reply = await fetch(target_of(request.n),
                                  {...request_options, signal: experiment.abort.signal});
        const body = await reply.text();
        request.answered = now();
        request.answer = read_answer(reply, body);
        // Its own word for it may have come while nobody heard.
        if (request.answer.by_function) request.ended = request.ended || request.answered;
    } catch (error) {
        request.answered = now();
        request.answer = experiment.abort.signal.aborted
            ? {text: "given up", style: "", detail: "you have stopped it"}
            : {text: "no answer", style: "harm", detail: error.message};
    }
    const late = lateness_of(request);
    const lateness = late > tolerance ? `, ${ms(late)} after its limit` : ", in time";
    say(request.answered, `Request ${request.n}: ${request.answer.text} after ` +
        `${ms(request.answered - request.sent)}${lateness} (${request.answer.detail}).`,
        request.answer.style);
}

/// When its answer is due: its limit counts from when it begins, if anybody has said so.
function limit_of(request) { return (request.began || request.sent) + experiment.asked.limit; }

/// When the function came to its end, by its worker's word if there is one: the response comes
/// later, since the worker first looks what the function has left behind. Before that, `until`.
function end_of(request, until) {
    if (request.answer && request.answer.by_function && request.began) {
        return request.began + request.answer.elapsed;
    }
    return request.ended || request.answered || until;
}

/// For the words and for the picture. What the server answers itself, it answers at the limit.
function lateness_of(request) {
    if (!request.answer) return now() - limit_of(request);
    if (request.answer.by_function) return request.answer.elapsed - experiment.asked.limit;
    return request.answered - limit_of(request);
}

async function ask_as_others() {
    const mine = experiment;
    while (mine === experiment && !mine.answered_all) {
        const other = {sent: now()};
        mine.others.push(other);
        try {
            await (await fetch("/lab/other", {...request_options, signal: mine.abort.signal})).text();
        } catch { other.lost = !mine.abort.signal.aborted; }
        if (mine !== experiment) return;
        other.answered = now();
        const took = other.answered - other.sent;
        if (took > other_is_slow) say(other.answered, `Others: one waited ${ms(took)}.`, "harm");
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, other_every - took)));
    }
}

// ---- What the server tells ----

function ready_workers() {
    return [...experiment.workers.values()].filter((w) => !w.died && w.state === "ready").length;
}

/// Keeps account of how long there have been fewer workers than at first.
function count_workers(time) {
    const few = ready_workers() < experiment.whole;
    if (few && !experiment.few_since) experiment.few_since = time;
    if (few || !experiment.few_since) return;
    experiment.few_for += time - experiment.few_since;
    experiment.few_since = 0;
}

/// No worker is still to be killed, or to come.
function all_is_settled() {
    const done = experiment.requests.every((r) => !r.began || r.ended);
    return done && ready_workers() >= experiment.whole;
}

function on_hello(event) {
    const told = JSON.parse(event.data);
    experiment.ends = told.ends;
    if (told.resumed) {
        say(told.t, `The event stream goes on in worker ${told.watcher}.`);
        experiment.watcher = told.watcher;
        return;
    }
    experiment.offset = told.t - performance.now();
    experiment.start = told.t;
    experiment.watcher = told.watcher;
    for (const worker of told.workers) {
        experiment.workers.set(worker.pid, {pid: worker.pid, state: worker.state, ready: told.t});
    }
    experiment.whole = ready_workers();
    say(told.t, `${experiment.whole} workers are ready; ${told.watcher} tells what becomes of ` +
        `them. Network: ${told.network}.`);
    start_requests();
}

function on_worker(event) {
    const told = JSON.parse(event.data);
    const known = experiment.workers.get(told.pid);
    const worker = known || {pid: told.pid, ready: told.t};
    worker.state = told.state;
    experiment.workers.set(told.pid, worker);
    if (told.state === "ready") {
        say(told.t, `Worker ${told.pid} is ready.`, "good");
    } else {
        worker.leaving = told.t;
        say(told.t, `Worker ${told.pid} is to go: ${told.state}.`);
    }
    count_workers(told.t);
}

function on_death(event) {
    const told = JSON.parse(event.data);
    const worker = experiment.workers.get(told.pid);
    if (!worker) return;
    worker.died = told.t;
    // One that has ended in time to say so, but not to answer, was its death all the same.
    const had = experiment.requests.filter((r) => r.pid === told.pid &&
                                                  !(r.answer && r.answer.by_function));
    for (const request of had) request.ended = request.ended || told.t;
    const whose = had.length ? `, which ran request ${had.map((r) => r.n).join(", ")},` : "";
    const seen = told.t - told.since > 100 ? `, some time in the last ${ms(told.t - told.since)}` : "";
    worker.spare = !had.length && (worker.leaving || ready_workers() >= experiment.whole);
    if (worker.spare) return say(told.t, `Worker ${told.pid} has gone, being one too many${seen}.`);
    say(told.t, `Worker ${told.pid}${whose} is lost${seen}.`, "harm");
    experiment.lost += 1;
    count_workers(told.t);
}

function on_begin(event) {
    const told = JSON.parse(event.data);
    const request = experiment.requests[told.request - 1];
    if (!request) return;
    request.began = told.t;
    request.pid = told.pid;
    say(told.t, `Request ${told.request} runs in worker ${told.pid}.`);
}

function on_end(event) {
    const told = JSON.parse(event.data);
    const request = experiment.requests[told.request - 1];
    if (request) request.ended = told.t;
}

function on_bye(event) {
    const told = JSON.parse(event.data);
    experiment.said_bye = true;
    if (told.why === "time") {
        say(told.t, "The 30 seconds are over: what still runs is not watched any more.");
        experiment.abort.abort();
        experiment.answered_all = true;
    }
    // The stream ends by itself, which keeps its connection; should it not, we end it.
    const source = experiment.source;
    setTimeout(() => source.close(), 1000);
    finish();
}

async function on_break() {
    const mine = experiment;
    if (mine.said_bye) return mine.source.close();
    if (mine.source.readyState === EventSource.CONNECTING && mine.start !== null) {
        say(now(), "The event stream has broken: its worker is gone. Another is asked to go on.",
            "harm");
        return;
    }
    mine.source.close();
    let why = "the server does not answer";
    try {
        const reply = await fetch(events_target(), request_options);
        why = reply.ok ? "it did not come in time" : (await reply.text()).trim();
        if (reply.body && !reply.bodyUsed) reply.body.cancel();
    } catch { /* as said */ }
    if (mine !== experiment) return;
    mine.abort.abort();
    mine.answered_all = true;
    finish("There is no event stream: " + why);
}

// ---- From run to end ----

function events_target() { return "/lab/events?network=" + experiment.asked.network; }

function begin() {
    const fields = new FormData(form);
    const asked = {
        func: fields.get("function"), strategy: fields.get("strategy"),
        network: fields.get("network"), limit: Number(fields.get("limit")),
        seconds: Number(fields.get("seconds")), count: Number(fields.get("requests")),
    };
    experiment = {
        asked, offset: 0, start: null, end: null, ends: 0, watcher: 0, workers: new Map(), requests: [],
        others: [], whole: 0, lost: 0, few_since: 0, few_for: 0, answered_all: false,
        said_bye: false, abort: new AbortController(), source: new EventSource("/lab/events?network=" + asked.network),
    };
    const {source} = experiment;
    const mine = experiment;
    const heed = (name, react) => source.addEventListener(name, (event) => {
        if (mine === experiment) react(event);
    });
    heed("hello", on_hello);
    heed("worker", on_worker);
    heed("death", on_death);
    heed("begin", on_begin);
    heed("end", on_end);
    heed("bye", on_bye);
    heed("error", on_break);
    log.replaceChildren();
    summary.textContent = "Waiting for a worker that watches.";
    set_state("running");
    requestAnimationFrame(draw);
}

async function start_requests() {
    const mine = experiment;
    const {func, strategy, count} = mine.asked;
    summary.textContent = `${count} × ${func}, limited by ${strategy} to ${ms(mine.asked.limit)}.`;
    for (let n = 1; n <= count; ++n) mine.requests.push({n});
    ask_as_others();
    await Promise.all(mine.requests.map(send));
    if (mine !== experiment) return;
    mine.answered_all = true;
    const give_up = now() + give_pool;
    while (!all_is_settled() && now() < give_up && !mine.said_bye) {
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await say_done(mine);
}

/// Until it is heard: meanwhile the worker that tells may be dead, and the next not yet there.
async function say_done(mine) {
    while (mine === experiment && !mine.said_bye && !mine.end) {
        try {
            await fetch("/lab/done?ends=" + mine.ends, {method: "POST", ...request_options});
        } catch { /* said again */ }
        await new Promise((resolve) => setTimeout(resolve, say_again));
    }
}

function finish(why) {
    const {asked, requests, others} = experiment;
    experiment.end = experiment.start === null ? null : now();
    set_state("done");
    if (why) { summary.textContent = why; return; }
    const late = Math.max(...requests.map(lateness_of));
    const slowest = Math.max(...others.filter((o) => o.answered).map((o) => o.answered - o.sent));
    const parts = [`${asked.func} under ${asked.strategy}: ` +
        (late > tolerance ? `the latest end came ${ms(late)} after its limit` : "all came to an end in time")];
    if (experiment.lost) {
        const few = experiment.few_since ? "there are still fewer than before"
            : experiment.few_for ? `there were fewer than before for ${ms(experiment.few_for)}`
            : "there were never fewer than before";
        parts.push(`${experiment.lost} ${experiment.lost === 1 ? "worker" : "workers"} lost, ${few}`);
    } else {
        parts.push("no worker lost");
    }
    if (slowest >= 0) parts.push(`the others waited ${ms(slowest)} at most`);
    summary.textContent = parts.join("; ") + ".";
}

function stop() {
    if (!experiment) return;
    experiment.abort.abort();
    experiment.answered_all = true;
    if (experiment.start === null) {
        experiment.source.close();
        finish("Stopped.");
    } else {
        say_done(experiment);
    }
}

/// Also for a page that the browser keeps, to come back to: it would keep the connections as well.
function leave() {
    if (document.body.dataset.state !== "running") return;
    experiment.abort.abort();
    experiment.answered_all = true;
    experiment.said_bye = true;
    experiment.source.close();
    finish("You had left the page.");
}

function set_state(state) {
    document.body.dataset.state = state;
    document.getElementById("run").disabled = state === "running";
    document.getElementById("stop").disabled = state !== "running";
}

document.getElementById("tolerance").textContent = tolerance;
form.addEventListener("submit", (event) => { event.preventDefault(); begin(); });
document.getElementById("stop").addEventListener("click", stop);
addEventListener("pagehide", leave);
