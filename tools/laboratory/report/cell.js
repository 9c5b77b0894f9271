// The raw figures of one cell, in a dialog.

const sampleHeads = ['', 'status', 'answer', 'took', 'late', 'worker', 'next', 'whole after',
                     'left behind', 'others: sent', 'lost', 'delayed', 'slowest'];

function sampleRow(sample, index) {
  const {left, others} = sample;
  return [
    `${index + 1}`, sample.status ? `${sample.status}${sample.complete ? '' : ', cut'}` : 'none',
    answers[sample.answer], time(sample.elapsed_ms), time(sample.late_ms), sample.worker,
    sample.next === 'none' ? '–' : sample.next,
    sample.whole_ms == null ? 'not in time' : time(sample.whole_ms),
    el('span', {class: 'long'}, leftInWords(left) || 'nothing'),
    others.sent, others.lost, others.delayed, time(others.slowest_ms),
  ];
}

function summaryOf(cell) {
  const {late_ms: late, on_time: onTime, answered} = cell.summary;
  const all = cell.samples.length;
  const fact = (name, value) => el('div', {}, el('dt', {}, name), el('dd', {}, value));
  return el('dl', {class: 'facts'},
    fact('limit', time(cell.limit_ms)),
    fact('late, median', `${interval(late.p50)} ms`),
    fact('late, at most', time(late.max)),
    fact(`on time, ≤ ${time(cell.tolerance_ms)} late`, `${onTime} of ${all}`), fact('answered', `${answered} of ${all}`));
}

function elsewhere(cell) {
  const others = run.networks.filter(network => network.name !== cell.network)
    .map(network => cellOf(cell.strategy, cell.kind, network.name)).filter(Boolean);
  if (!others.length) return null;
  return el('div', {class: 'elsewhere'}, 'Over other networks: ', others.map(other =>
    el('button', {type: 'button', class: 'quiet-button', onclick: () => openCell(other)},
      `${other.network} `, el('b', {class: other.verdict},
        `${verdicts[other.verdict].sign} ${other.verdict}`))));
}

function openCell(cell) {
  const dialog = byId('cell');
  const figure = el('figure');
  dialog.replaceChildren(
    el('div', {class: 'top'},
      el('h2', {id: 'cell-title'}, cell.strategy, el('span', {}, ' against '), cell.kind),
      el('button', {type: 'button', class: 'quiet-button', autofocus: true,
                    onclick: () => dialog.close()}, 'Close')),
    el('p', {class: 'verdict'},
      el('b', {class: cell.verdict}, `${verdicts[cell.verdict].sign} ${cell.verdict}`),
      cell.costs_worker && el('span', {}, `${deadWorker} costs a worker`),
      el('span', {}, `network ${cell.network}`),
      isProvisional(cell) && el('span', {}, 'provisional')),
    el('ul', {class: 'because'}, cell.because.map(reason => el('li', {}, reason))),
    summaryOf(cell),
    figure,
    table('Samples', sampleHeads, cell.samples.map(sampleRow)),
    elsewhere(cell) ?? '');
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  drawSamples(figure, cell);
}

function startCell() {
  const dialog = byId('cell');
  dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener('close', () => dialog.replaceChildren());
}
