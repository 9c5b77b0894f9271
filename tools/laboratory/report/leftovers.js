// What each strategy leaves behind, per stuck call.

const leftovers = [
  ['function still runs', left => left.function ? 1 : 0],
  ['threads', left => left.threads],
  ['children', left => left.children],
  ['descriptors', left => left.descriptors],
  ['queries', left => left.queries],
  ['transactions', left => left.transactions],
];

/** The mean over all samples of a strategy; what there is less of than before counts as nothing. */
const leftOf = (strategy, network, what) =>
  mean(samplesOf(strategy, network).map(({sample}) => Math.max(0, what(sample.left))));

function bars(labels, datasets, title, stacked) {
  return {
    type: 'bar', data: {labels, datasets},
    options: {
      indexAxis: 'y',
      scales: {
        x: {stacked, beginAtZero: true, title: {display: true, text: title}},
        y: {stacked, grid: {display: false}, ticks: nameTicks()},
      },
      plugins: {legend: {display: stacked, position: 'top', align: 'start',
                         labels: {boxWidth: 12, boxHeight: 12, padding: 12}},
                tooltip: {mode: 'index', filter: item => item.raw > 0, callbacks: {
                  label: item => `${item.dataset.label}: ${number(item.raw)}`}}},
    },
  };
}

function startLeftovers() {
  const names = strategies.map(({name}) => name);
  addFigure('leftovers', network => {
    const share = (name, test) => {
      const all = samplesOf(name, network).filter(({sample}) => test(sample) !== null);
      return all.length ? percent(mean(all.map(({sample}) => test(sample) ? 1 : 0))) : '–';
    };
    return {
      label: `Left behind per stuck call over network ${network}`,
      height: rowsHeight(strategies),
      config: bars(names, leftovers.map(([label, what], index) => ({
        label, data: names.map(name => leftOf(name, network, what)), barPercentage: 0.75,
        backgroundColor: colour(`part-${index + 1}`), borderColor: colour('card'), borderWidth: 1,
      })), 'per stuck call', true),
      table: table('Left behind per stuck call',
        ['strategy', ...leftovers.map(([label]) => label),
         'memory, KiB', 'next answer wrong', 'others lost', 'others delayed'],
        names.map(name => [name, ...leftovers.map(([, what]) => leftOf(name, network, what)),
          leftOf(name, network, left => left.memory_kib),
          share(name, sample => sample.next === 'none' ? null : sample.next === 'wrong'),
          share(name, sample => sample.others.lost > 0),
          share(name, sample => sample.others.delayed > 0)])),
    };
  });
  addFigure('leftovers', network => {
    const memory = names.map(name => leftOf(name, network, left => left.memory_kib));
    return {
      label: `Memory left behind per stuck call over network ${network}`,
      height: rowsHeight(strategies),
      config: bars(names, [{label: 'KiB', data: memory, backgroundColor: colour('part-1'),
                            barPercentage: 0.7}], 'KiB per stuck call', false),
      table: table('Memory left behind per stuck call', ['strategy', 'KiB'],
        names.map((name, index) => [name, memory[index]])),
    };
  });
}
