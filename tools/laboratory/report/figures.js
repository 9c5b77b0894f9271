// What all charts share: their colours, which are the page's; their frame, with a table of the same
// figures; and that they are drawn again when the network or the theme changes.

/** A colour of style.css, as it is now: canvas knows no variables. */
function colour(name, alpha = 1) {
  const probe = document.body.appendChild(el('span'));
  probe.style.color = `var(--${name})`;
  const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g);
  probe.remove();
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

const figures = [];
const redraw = () => figures.forEach(figure => figure.draw());

const hasPoint = ({data}) => data.some(point => typeof point === 'number' ? Number.isFinite(point)
                                                                         : Number.isFinite(point?.x));

/** In a section: a frame for `make(network)`, which says {label, height, config, table}. Instead of
 *  a chart that would show nothing there is a sentence, `nothing` if that says why. */
function addFigure(section, make) {
  const place = byId(section).appendChild(el('figure'));
  let chart = null;
  figures.push({draw() {
    const open = place.querySelector('details')?.open;
    chart?.destroy();
    chart = null;
    const {label, height, config, table: figuresTable, nothing} = make(shown.network);
    if (!config.data.datasets.some(hasPoint)) {
      place.replaceChildren(el('p', {class: 'nothing'},
        nothing ?? 'This run has no figures for it.'));
      return;
    }
    const canvas = el('canvas', {role: 'img', 'aria-label': label});
    const box = el('div', {class: 'canvas'}, canvas);
    box.style.height = `${height}px`;
    place.replaceChildren(el('figcaption', {}, label), box,
      el('details', {open}, el('summary', {}, 'The figures as a table'), figuresTable));
    chart = new Chart(canvas, withDefaults(config));
  }});
}

function withDefaults(config) {
  Chart.defaults.color = colour('quiet');
  Chart.defaults.borderColor = colour('line');
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12;
  return {...config, options: {animation: false, maintainAspectRatio: false, responsive: true,
                               ...config.options}};
}

const isPowerOfTen = value => Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6);

/** Powers of ten, in ms or s. */
const logTicks = {
  autoSkip: false, maxRotation: 0,
  callback: value => !isPowerOfTen(value) ? null
    : value < 1000 ? `${value} ms` : `${value / 1000} s`,
};

const nameTicks = () => ({
  autoSkip: false, color: colour('text'), font: {family: 'ui-monospace, monospace', size: 11}});

/** Strategies from top to bottom, by their index in `rows`. */
function rowScale(rows) {
  return {
    type: 'linear', min: -0.6, max: rows.length - 0.4, reverse: true,
    grid: {drawTicks: false},
    afterBuildTicks: axis => { axis.ticks = rows.map((_, index) => ({value: index})); },
    ticks: {...nameTicks(), padding: 8, callback: value => rows[value]?.name ?? ''},
  };
}

const rowsHeight = (rows, each = 24) => rows.length * each + 90;

/** A broken line: one stretch from low to high for each row. */
function stretches(label, list, style) {
  return {type: 'line', label, pointRadius: 0, pointHitRadius: 0, spanGaps: false, ...style,
          data: list.flatMap(({row, low, high}) =>
            [{x: low, y: row}, {x: high, y: row}, {x: NaN, y: NaN}])};
}
