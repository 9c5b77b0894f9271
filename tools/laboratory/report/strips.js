// Dots of single requests on a logarithmic scale of time, one line for each strategy.

const scaleBegins = 0.1;

/** Where the n-th of a row's dots is drawn, above or below its line, always the same. */
const spread = index => ((index * 0.618034) % 1 - 0.5) * 0.62;

function spans(rows, low, high) {
  return rows.map(({values}, row) => ({values, row})).filter(({values}) => values.length)
    .map(({values, row}) => ({row, low: Math.max(scaleBegins, quantile(values, low)),
                              high: Math.max(scaleBegins, quantile(values, high))}));
}

function verdictDots(rows) {
  return Object.entries(verdicts).map(([name, {point}]) => ({
    label: name, pointStyle: point, order: 2, clip: 8,
    backgroundColor: colour(`${name}-dot`, 0.4), borderColor: colour(`${name}-dot`, 0.75),
    borderWidth: point === 'crossRot' ? 1 : 0.5, radius: 2.6, hoverRadius: 5,
    data: rows.flatMap(({dots}, row) => dots.map((dot, index) => ({
      x: Math.max(scaleBegins, dot.value), y: row + spread(index), ...dot}))
      .filter(dot => dot.cell.verdict === name)),
  })).filter(({data}) => data.length);
}

/** `dots`: [{value, cell}], and `words` where the value is only a place to draw it at. `border`: a
 *  time to mark. */
const stripRow = (name, dots, border) => ({
  name, dots, border, values: dots.filter(dot => !dot.words).map(dot => dot.value).sort((a, b) => a - b)});

/** `border`: what the rows' borders are. */
function strip(rows, title, border) {
  const marked = border && {
    type: 'line', label: border, borderColor: colour('quiet'), borderWidth: 1,
    borderDash: [2, 3], pointRadius: 0, pointHitRadius: 0, order: 3, pointStyle: 'line',
    spanGaps: false,
    data: rows.flatMap(({border: x}, row) =>
      [{x, y: row - 0.5}, {x, y: row + 0.5}, {x: NaN, y: NaN}])};
  const line = {borderColor: colour('text'), pointStyle: 'line', order: 1};
  return {
    type: 'scatter',
    data: {datasets: [
      ...verdictDots(rows),
      stretches('5 to 95 %', spans(rows, 0.05, 0.95), {...line, borderWidth: 1}),
      stretches('middle half', spans(rows, 0.25, 0.75), {...line, borderWidth: 3.5}),
      ...(marked ? [marked] : [])]},
    options: {
      scales: {
        y: rowScale(rows),
        x: {type: 'logarithmic', min: scaleBegins, title: {display: true, text: title},
            ticks: logTicks},
      },
      plugins: {
        legend: {position: 'top', align: 'start',
                 labels: {usePointStyle: true, boxWidth: 14, boxHeight: 7, padding: 12}},
        tooltip: {filter: item => Boolean(item.raw.cell), callbacks: {
          label: ({raw: {cell, words, value}}) =>
            `${cell.strategy}, ${cell.kind}: ${words ?? time(value)}`}},
      },
      onClick: (event, [hit], chart) => {
        const dot = hit && chart.data.datasets[hit.datasetIndex].data[hit.index];
        if (dot?.cell) openCell(dot.cell);
      },
    },
  };
}

const quantileHeads = ['strategy', 'requests', '5 %', '25 %', 'median', '75 %', '95 %', 'max'];

function quantileRow({name, values}) {
  if (!values.length) return [name, 0, ...Array(6).fill('–')];
  return [name, values.length,
          ...[0.05, 0.25, 0.5, 0.75, 0.95, 1].map(share => time(quantile(values, share)))];
}

/** Cells of one strategy over one network: they have the same tolerance. */
const latenessRow = (name, samples) => stripRow(name,
  samples.map(({cell, sample}) => ({cell, value: sample.late_ms})),
  samples[0]?.cell.tolerance_ms ?? run.settings.tolerance_ms);
const latenessStrip = rows => strip(rows, 'later than the limit by', 'on time');

/** A crash is no matter of limits: its answer comes as soon as it happens. */
const crashes = new Set(kinds.filter(kind => kind.group === 'crash').map(kind => kind.name));
const allKinds = `all kinds${crashes.size ? ' but crash' : ''}`;

function startLateness() {
  let kind = '';
  const select = el('select', {id: 'lateness-kind', onchange: event => {
    kind = event.target.value;
    redraw();
  }}, el('option', {value: ''}, allKinds),
    kinds.map(({name}) => el('option', {value: name}, name)));
  byId('lateness').append(el('p', {class: 'bar'}, el('label', {}, 'Kind ', select)));

  addFigure('lateness', network => {
    const rows = strategies.map(({name}) => latenessRow(name, samplesOf(name, network)
      .filter(({cell}) => kind ? cell.kind === kind : !crashes.has(cell.kind))));
    return {
      label: `Lateness of ${kind || allKinds} over network ${network}`,
      height: rowsHeight(rows),
      config: latenessStrip(rows),
      table: table('Lateness', quantileHeads, rows.map(quantileRow)),
    };
  });
}

/** What was not whole within the time that was waited is drawn at the far edge. */
function startCapacity() {
  const never = 10 ** Math.ceil(Math.log10(Math.max(scaleBegins * 10, ...run.cells
    .flatMap(cell => cell.samples).map(sample => sample.whole_ms ?? 0))));
  addFigure('capacity', network => {
    const rows = strategies.map(({name}) => stripRow(name, samplesOf(name, network)
      .map(({cell, sample}) => sample.whole_ms == null
        ? {cell, value: never, words: 'not in the time that was waited'}
        : {cell, value: sample.whole_ms})));
    const missed = ({dots, values}) => dots.length - values.length;
    const config = strip(rows, 'after the answer');
    if (rows.some(missed)) {
      config.options.scales.x.max = never;
      config.options.scales.x.ticks = {...logTicks, callback: value =>
        value === never ? 'not yet' : logTicks.callback(value)};
    }
    return {
      label: `Time until capacity was whole, over network ${network}`,
      height: rowsHeight(rows),
      config,
      table: table('Time until capacity was whole', [...quantileHeads, 'not in time'],
        rows.map(row => [...quantileRow(row), missed(row)])),
    };
  });
}

/** In the dialog: the samples of one cell. */
function drawSamples(place, cell) {
  const label = 'How late each sample was';
  const canvas = el('canvas', {role: 'img', 'aria-label': label});
  const box = el('div', {class: 'canvas'}, canvas);
  box.style.height = '120px';
  place.replaceChildren(el('figcaption', {}, label), box);
  const rows = [latenessRow('', cell.samples.map(sample => ({cell, sample})))];
  const config = latenessStrip(rows);
  config.options.plugins.legend = {display: false};
  config.options.onClick = null;
  new Chart(canvas, withDefaults(config));
}
