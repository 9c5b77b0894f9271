// The run, and the questions that the page asks it.

const run = JSON.parse(byId('run').textContent);

// The signs and words of the table in the terminal (symbol.cpp).
const verdicts = {
  clean: {sign: '✓', letter: 'c', point: 'circle',
          about: 'answered on time, and nothing stays behind'},
  leaks: {sign: '~', letter: 'l', point: 'triangle',
          about: 'answered on time, but something goes on or stays behind'},
  tainted: {sign: '!', letter: 't', point: 'rectRot',
            about: 'on time, but later calls, other clients or the worker are damaged'},
  powerless: {sign: '✗', letter: 'p', point: 'crossRot', about: 'half of the answers or more are late, cut off or missing'},
};
const deadWorker = '*';

const groups = [
  {name: 'Curfew, in the function', has: row => row.group === 'curfew' && row.where === 'function'},
  {name: 'Curfew, in the server', has: row => row.group === 'curfew' && row.where === 'server'},
  {name: 'Unsafe, for comparison', has: row => row.group === 'unsafe'},
  {name: 'Other servers', has: row => !['curfew', 'unsafe'].includes(row.group)},
].map(group => ({...group, rows: run.strategies.filter(group.has)}))
  .filter(group => group.rows.length);

/** The strategies as all figures show them: in the matrix's order. */
const strategies = groups.flatMap(group => group.rows);

const kindGroups = [...new Set(run.kinds.map(kind => kind.group))]
  .map(name => ({name, kinds: run.kinds.filter(kind => kind.group === name)}));
const kinds = kindGroups.flatMap(group => group.kinds);
const shortKind = kind =>
  kind.name.startsWith(`${kind.group}-`) ? kind.name.slice(kind.group.length + 1) : kind.name;

const cellKey = (...names) => JSON.stringify(names);
const cells = new Map(run.cells.map(cell =>
  [cellKey(cell.strategy, cell.kind, cell.network), cell]));
const cellOf = (strategy, kind, network) => cells.get(cellKey(strategy, kind, network));

/** The cells of a strategy over a network, in the order of the kinds. */
const cellsOf = (strategy, network) =>
  kinds.map(kind => cellOf(strategy, kind.name, network)).filter(Boolean);
const samplesOf = (strategy, network) =>
  cellsOf(strategy, network).flatMap(cell => cell.samples.map(sample => ({cell, sample})));
const cleanShare = (strategy, network) => {
  const all = cellsOf(strategy, network);
  return {clean: all.filter(cell => cell.verdict === 'clean').length, all: all.length};
};

/** With so few samples of a cell, chance may be its judge (verdict.h). */
const leastSamples = 4;
const isProvisional = cell => cell.samples.length < leastSamples;

const mean = values => values.reduce((sum, value) => sum + value, 0) / (values.length || 1);

/** Of sorted values, between the two nearest. */
function quantile(sorted, share) {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

const answers = {
  value: 'value', timeout: 'timeout', limit: 'server’s limit', death: 'worker’s death',
  error: 'error', none: 'none',
};

/** What is left of a sample, in words; empty if nothing is. */
function leftInWords(left) {
  return [
    left.function,
    left.threads > 0 && many(left.threads, 'thread'),
    left.children > 0 && many(left.children, 'child', 'children'),
    left.descriptors > 0 && many(left.descriptors, 'descriptor'),
    left.memory_kib > 0 && `${left.memory_kib} KiB`,
    left.queries > 0 && many(left.queries, 'query', 'queries'),
    left.transactions > 0 && many(left.transactions, 'transaction'),
  ].filter(Boolean).join(', ');
}
