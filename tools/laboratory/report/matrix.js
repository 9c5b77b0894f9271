// The matrix: a grid of buttons. The Tab key stops at one of them, arrow keys lead to the others.

function matrixCell(strategy, kind, network) {
  const cell = cellOf(strategy.name, kind.name, network);
  if (!cell) {
    return el('td', {class: 'missing', role: 'gridcell'},
      el('button', {type: 'button', tabindex: '-1', 'aria-disabled': 'true',
                    'aria-label': `${strategy.name}, ${kind.name}: not measured`}, '·'));
  }
  const {sign, letter} = verdicts[cell.verdict];
  const late = cell.summary.late_ms.max;
  const words = `${strategy.name}, ${kind.name}: ${cell.verdict}, at most ` +
    (late < 0 ? `${time(-late)} early` : `${time(late)} late`) +
    (cell.costs_worker ? ', costs a worker' : '');
  return el('td', {class: cell.verdict, role: 'gridcell'},
    el('button', {type: 'button', tabindex: '-1', 'aria-label': words, title: words,
                  'aria-haspopup': 'dialog', onclick: () => openCell(cell)},
      el('b', {}, `${sign} ${letter}`),
      el('small', {}, lateness(late)),
      cell.costs_worker && el('i', {}, deadWorker)));
}

function matrixRow(strategy, network) {
  const {clean, all} = cleanShare(strategy.name, network);
  return el('tr', {},
    el('th', {scope: 'row', title: strategy.about}, strategy.name),
    kinds.map(kind => matrixCell(strategy, kind, network)),
    el('td', {class: 'sum', 'aria-label': `${clean} of ${all} clean`}, `${clean}/${all}`));
}

function matrix(network) {
  const wide = kinds.length + 2;
  return el('table',
    {class: 'matrix', role: 'grid', 'aria-label': `Verdicts over network ${network}`},
    el('thead', {},
      el('tr', {}, el('td', {}),
        kindGroups.map(group =>
          el('th', {scope: 'colgroup', colspan: group.kinds.length}, group.name)), el('td', {})),
      el('tr', {}, el('td', {}),
        kindGroups.flatMap(group => group.kinds.map((kind, index) =>
          el('th', {scope: 'col', title: kind.about, class: index === 0 ? 'first' : null},
            el('span', {}, shortKind(kind))))),
        el('th', {scope: 'col', class: 'first'}, el('span', {}, 'clean')))),
    groups.map(group => el('tbody', {},
      el('tr', {class: 'group'},
        el('th', {scope: 'rowgroup', colspan: wide}, el('span', {}, group.name))),
      group.rows.map(strategy => matrixRow(strategy, network)))));
}

/** Row and column of the button that the Tab key stops at: kept when the network changes. */
const stop = {row: 0, column: 0};

const buttonRows = () => [...document.querySelectorAll('.matrix tbody tr:not(.group)')]
  .map(row => [...row.querySelectorAll('button')]);

function moveStop(row, column, focus) {
  const rows = buttonRows();
  if (!rows.length || !rows[0].length) return;
  rows[stop.row][stop.column].tabIndex = -1;
  stop.row = Math.max(0, Math.min(row, rows.length - 1));
  stop.column = Math.max(0, Math.min(column, rows[0].length - 1));
  const button = rows[stop.row][stop.column];
  button.tabIndex = 0;
  if (focus) button.focus();
}

function moveByKey(event) {
  const end = kinds.length - 1;
  const to = {
    ArrowUp: [stop.row - 1, stop.column], ArrowDown: [stop.row + 1, stop.column],
    ArrowLeft: [stop.row, stop.column - 1], ArrowRight: [stop.row, stop.column + 1],
    Home: [event.ctrlKey ? 0 : stop.row, 0], End: [event.ctrlKey ? Infinity : stop.row, end],
  }[event.key];
  if (!to || event.altKey || event.metaKey) return;
  event.preventDefault();
  moveStop(...to, true);
}

function showMatrix(network) {
  byId('matrix').replaceChildren(matrix(network));
  moveStop(stop.row, stop.column, false);
}

function startMatrix() {
  const place = byId('matrix');
  place.addEventListener('keydown', moveByKey);
  place.addEventListener('focusin', event => {
    const rows = buttonRows();
    const row = rows.findIndex(buttons => buttons.includes(event.target));
    if (row >= 0) moveStop(row, rows[row].indexOf(event.target), false);
  });
  byId('legend').append(
    ...Object.entries(verdicts).map(([name, verdict]) =>
      el('li', {title: verdict.about},
        el('b', {class: name}, `${verdict.sign} ${verdict.letter}`), name)),
    el('li', {}, el('b', {}, deadWorker), 'costs a worker'));
  const list = rows => el('dl', {class: 'names'},
    rows.flatMap(row => [el('dt', {}, row.name), el('dd', {}, row.about)]));
  byId('names').append(
    el('h3', {}, 'Verdicts'),
    list(Object.entries(verdicts).map(([name, {about}]) => ({name, about}))),
    el('h3', {}, 'Ways of being stuck'), list(kinds), el('h3', {}, 'Strategies'), list(strategies));
}
