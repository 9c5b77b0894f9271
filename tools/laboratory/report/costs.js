// What a limit costs when nothing is slow, against what it is good for.

const groupPoints = ['circle', 'rect', 'triangle', 'rectRot'];
const cheapest = 0.01;
const measured = strategies.filter(({cost}) => cost);
const unmeasured = strategies.filter(({cost}) => !cost).map(({name}) => name);
const without = () => unmeasured.length ? `. Not measured: ${unmeasured.join(', ')}` : '';

const noCosts = `This run has not measured what a limit costs${run.settings.quick
  ? ': a quick run leaves that out. tools/lab without --quick measures it.' : '.'}`;

/** Writes each point's name beside it, where no other name is. */
const pointNames = (ink, thread) => ({
  id: 'pointNames',
  afterDatasetsDraw(chart) {
    const {ctx, chartArea} = chart;
    ctx.save();
    ctx.font = '11px ui-monospace, monospace';
    ctx.fillStyle = ink;
    ctx.strokeStyle = thread;
    ctx.textBaseline = 'middle';
    const points = chart.data.datasets.flatMap((dataset, index) => dataset.data
      .map((data, place) => ({data, at: chart.getDatasetMeta(index).data[place]}))
      .filter(({data}) => data.name));
    const taken = points.map(({at}) => ({x: at.x - 5, y: at.y - 5, width: 10, height: 10}));
    const free = box => box.x >= chartArea.left && box.x + box.width <= chartArea.right &&
      box.y >= chartArea.top && box.y + box.height <= chartArea.bottom &&
      taken.every(other => box.x + box.width < other.x || other.x + other.width < box.x ||
                           box.y + box.height < other.y || other.y + other.height < box.y);
    for (const {data, at} of points) {
      const width = ctx.measureText(data.name).width;
      const boxes = [-14, 14, -28, 28, -42, 42].flatMap(down =>
        [at.x - width / 2, at.x - 6, at.x - width + 6]
          .map(x => ({x, y: at.y - 6 + down, width, height: 12})));
      const box = boxes.find(free) ?? boxes[0];
      taken.push(box);
      ctx.fillText(data.name, box.x, box.y + 6);
      if (Math.abs(box.y + 6 - at.y) < 20) continue;
      ctx.beginPath();  // what is not next to its point is tied to it
      ctx.moveTo(at.x, at.y);
      ctx.lineTo(at.x, box.y > at.y ? box.y : box.y + 12);
      ctx.stroke();
    }
    ctx.restore();
  },
});

function startCosts() {
  addFigure('cost', network => {
    const x = value => Math.max(cheapest, value);
    const share = name => {
      const {clean, all} = cleanShare(name, network);
      return all ? clean / all * 100 : 0;
    };
    return {
      label: `Cost per call and share of kinds that end clean, over network ${network}${without()}`,
      nothing: noCosts,
      height: 440,
      config: {
        type: 'scatter',
        data: {datasets: [
          ...groups.map((group, index) => ({
            label: group.name, pointStyle: groupPoints[index], radius: 5.5, hoverRadius: 7,
            backgroundColor: colour(`part-${index + 1}`), borderColor: colour('card'),
            data: group.rows.filter(({cost}) => cost).map(({name, cost}) =>
              ({x: x(cost.call_us.value), y: share(name), name, cost})),
          })).filter(({data}) => data.length),
          stretches('95 % confidence', measured.map(({name, cost}) =>
            ({row: share(name), low: x(cost.call_us.low), high: x(cost.call_us.high)})),
            {borderColor: colour('quiet'), borderWidth: 1, pointStyle: 'line'}),
        ]},
        plugins: [pointNames(colour('text'), colour('quiet'))],
        options: {
          scales: {
            x: {type: 'logarithmic', title: {display: true, text: 'cost per call, µs'},
                ticks: {...logTicks, callback: value => isPowerOfTen(value) ? `${value}` : null}},
            y: {min: -8, max: 108, title: {display: true, text: 'kinds that end clean, %'},
                ticks: {callback: value => `${value} %`},
                afterBuildTicks: axis => {
                  axis.ticks = [0, 25, 50, 75, 100].map(value => ({value}));
                }},
          },
          plugins: {
            legend: {position: 'top', align: 'start',
                     labels: {usePointStyle: true, boxWidth: 9, boxHeight: 9, padding: 12}},
            tooltip: {filter: item => Boolean(item.raw.name), callbacks: {label: ({raw}) =>
              `${raw.name}: ${interval(raw.cost.call_us)} µs, ${Math.round(raw.y)} % clean`}},
          },
        },
      },
      table: table('Cost against safety', ['strategy', 'cost per call, µs [95 %]', 'clean kinds'],
        strategies.map(({name, cost}) => {
          const {clean, all} = cleanShare(name, network);
          return [name, cost ? interval(cost.call_us) : 'not measured', `${clean} of ${all}`];
        })),
    };
  });
  addFigure('throughput', () => ({
    label: `Throughput with the limit, relative to none${without()}`,
    nothing: noCosts,
    height: rowsHeight(measured),
    config: {
      type: 'scatter',
      data: {datasets: [
        {label: 'throughput', radius: 4, backgroundColor: colour('part-1'),
         borderColor: colour('card'),
         data: measured.map(({name, cost}, y) => ({x: cost.throughput.value, y, name, cost}))},
        stretches('95 % confidence', measured.map(({cost}, row) => ({row, ...cost.throughput})),
          {borderColor: colour('part-1'), borderWidth: 1.5}),
      ]},
      options: {
        scales: {y: rowScale(measured),
                 x: {suggestedMin: 0, suggestedMax: 1.1,
                     title: {display: true, text: 'with ÷ without'}}},
        plugins: {legend: {display: false}, tooltip: {filter: item => Boolean(item.raw.name),
          callbacks: {label: ({raw}) => `${raw.name}: ${interval(raw.cost.throughput)}`}}},
      },
    },
    table: table('Throughput', ['strategy', 'with ÷ without [95 %]'],
      strategies.map(({name, cost}) =>
        [name, cost ? interval(cost.throughput) : 'not measured'])),
  }));
}
