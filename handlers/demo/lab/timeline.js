// ---- The time line ----

const svg_name = "http://www.w3.org/2000/svg";
const left = 84;       // px for names
const margin = 26;     // px for half of the axis' last mark
const letter = 7.2;    // px, on the safe side
const row_height = 26;
const mark_width = 70;  // px from one mark of the axis to the next, at least

/// Gathers what one picture shows.
class Picture {
    constructor(width, span, right) {
        this.parts = [];
        this.y = 12;
        this.width = width;
        this.span = span;
        this.scale = width - left - right;
    }
    x(time) { return left + Math.max(0, since_start(time)) / this.span * this.scale; }
    add(name, attributes, text) {
        const element = document.createElementNS(svg_name, name);
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        if (text !== undefined) element.textContent = text;
        this.parts.push(element);
        return element;
    }
    text(x, style, text, anchor = "start") {
        return this.add("text", {x, y: this.y + row_height / 2, class: style, "text-anchor": anchor},
                        text);
    }
    bar(from, to, style, inset = 5) {
        const x = this.x(from);
        return this.add("rect", {x, y: this.y + inset, rx: 2, class: style,
                                 width: Math.max(1, this.x(to) - x),
                                 height: row_height - 2 * inset});
    }
    line(from, to, style) {
        const y = this.y + row_height / 2;
        this.add("line", {x1: this.x(from), x2: this.x(to), y1: y, y2: y, class: style});
    }
    row() { this.y += row_height; }
    /// Behind `x`, or in a row of its own where there is no room for it.
    said(x, style, text) {
        const fits = x + text.length * letter <= this.width;
        if (!fits) this.row();
        this.text(fits ? x : left, style, text);
    }
    heading(text) {
        this.text(8, "heading", text);
        this.row();
    }
}

/// The step between two marks of the axis: 1, 2 or 5 times a power of ten.
function step_of(picture) {
    const rough = picture.span * mark_width / picture.scale;
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= rough);
}

function draw_axis(picture, bottom) {
    const step = step_of(picture);
    for (let at = 0; at <= picture.span; at += step) {
        const x = picture.x(experiment.start + at);
        picture.add("line", {x1: x, x2: x, y1: 8, y2: bottom, class: "grid"});
        picture.add("text", {x, y: bottom + 10, class: "quiet", "text-anchor": "middle"}, ms(at));
    }
}

function said_of(request) {
    return `${request.answer.text}, ${ms(request.answered - request.sent)}`;
}

function draw_request(picture, request, until) {
    picture.text(8, "", `request ${request.n}`);
    if (!request.sent) return picture.row();
    const end = end_of(request, until);
    picture.line(request.sent, request.began || request.answered || until, "waits");
    const limit = limit_of(request);
    if (request.began) {
        const late = lateness_of(request) > tolerance;
        picture.bar(request.began, late ? Math.min(end, limit) : end, "runs");
        if (late && end > limit) picture.bar(limit, end, "over");
    }
    const x = picture.x(limit);
    picture.add("line", {x1: x, x2: x, y1: picture.y + 1, y2: picture.y + row_height - 1,
                         class: "limit"});
    if (request.answer) {
        const last = Math.max(request.answered, end, limit);
        picture.said(picture.x(last) + 8, request.answer.style, said_of(request));
    }
    picture.row();
}

function draw_others(picture, until) {
    picture.text(8, "", "others");
    for (const other of experiment.others) {
        const end = other.answered || until;
        const slow = other.lost || end - other.sent > other_is_slow;
        picture.bar(other.sent, end, slow ? "slow" : "other", 9).setAttribute("rx", 0);
    }
    picture.row();
}

function draw_worker(picture, worker, until) {
    const end = worker.died || until;
    const going = Math.min(worker.leaving || end, end);
    picture.text(8, "", String(worker.pid));
    picture.bar(worker.ready, going, "life", 6);
    if (end > going) picture.bar(going, end, "life going", 6);
    for (const request of experiment.requests) {
        if (request.pid !== worker.pid) continue;
        picture.bar(request.began, request.ended || until, "in-worker", 6);
        picture.text(picture.x(request.began) + 4, "", String(request.n));
    }
    if (worker.died) {
        const [style, said] = worker.spare ? ["quiet", "✕ one too many"] : ["harm", "✕ lost"];
        picture.said(picture.x(end) - 1, style, said);
    } else if (worker.pid === experiment.watcher) {
        picture.said(picture.x(end) + 8, "quiet", "tells");
    } else if (worker.ready > experiment.start) {
        picture.said(picture.x(end) + 8, "good", `ready at ${ms(since_start(worker.ready))}`);
    }
    picture.row();
}

function hatching(picture) {
    const pattern = picture.add("pattern", {id: "hatched", width: 6, height: 6,
                                            patternUnits: "userSpaceOnUse",
                                            patternTransform: "rotate(45)"});
    const path = document.createElementNS(svg_name, "path");
    path.setAttribute("d", "M0 0V6");
    pattern.append(path);
}

/// What is expected until it has come to its end: the bars fill the time line then.
function span_of(until) {
    const {limit, seconds} = experiment.asked;
    const expected = experiment.end ? 0 : Math.min(limit, seconds * 1000) * 1.25;
    return Math.max(since_start(until), expected, 10);
}

/// Room for the words behind the bars, where there is enough for both.
function right_of(width) {
    const longest = Math.max(0, ...experiment.requests.filter((r) => r.answer)
                                              .map((r) => said_of(r).length));
    const words = longest ? longest * letter + 16 : 190;
    return words < width / 4 ? Math.max(words, margin) : margin;
}

function draw() {
    if (!experiment || experiment.start === null) {
        if (document.body.dataset.state === "running") requestAnimationFrame(draw);
        return;
    }
    const until = experiment.end || now();
    const picture = new Picture(timeline.clientWidth, span_of(until), right_of(timeline.clientWidth));
    hatching(picture);
    picture.heading("Requests");
    for (const request of experiment.requests) draw_request(picture, request, until);
    draw_others(picture, until);
    picture.heading("Workers");
    for (const worker of experiment.workers.values()) draw_worker(picture, worker, until);
    const bottom = picture.y + 4;
    const shown = picture.parts;
    picture.parts = [];
    draw_axis(picture, bottom);
    timeline.setAttribute("height", bottom + 24);
    timeline.replaceChildren(...picture.parts, ...shown);
    if (!experiment.end) requestAnimationFrame(draw);
}

addEventListener("resize", draw);
