// The page from top to bottom.

const shown = {network: run.networks[0]?.name ?? ''};

function duration(seconds) {
  const whole = Math.round(seconds);
  return [whole >= 60 && many(Math.floor(whole / 60), 'minute'),
          (whole < 60 || whole % 60 > 0) && many(whole % 60, 'second')].filter(Boolean).join(' ');
}

/** "20 ms, or 1.00 s where the cell says so" */
function tolerances() {
  const own = [...new Set(run.cells.map(cell => cell.tolerance_ms))]
    .filter(tolerance => tolerance !== run.settings.tolerance_ms);
  return time(run.settings.tolerance_ms) +
    own.map(tolerance => `, or ${time(tolerance)} where a cell says so`).join('');
}

/** "10", or "4 to 30" */
function samplesOfCells() {
  const counts = run.cells.map(cell => cell.samples.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (!counts.length) return 'none';
  return least === most ? `${least}` : `${least} to ${most}`;
}

function startHead() {
  const {machine, settings} = run;
  const date = new Date(run.started);
  const day = isNaN(date) ? run.started : `${date.toLocaleString('en-GB',
    {dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC'})} UTC`;
  document.title = `Where should the time limit be? (${day})`;
  byId('when').append(el('time', {datetime: run.started}, day), `, took ${duration(run.seconds)}`,
    settings.quick ? ', a quick run' : '');
  const few = run.cells.filter(isProvisional).length;
  if (few) {
    byId('when').after(el('p', {id: 'provisional'}, el('b', {}, 'Verdicts are provisional: '),
      `${few} of ${many(run.cells.length, 'cell')} have fewer than ${leastSamples} samples.`));
  }
  const facts = [
    ['processor', machine.processor],
    ['cores, memory', `${machine.cores}, ${machine.memory_mib} MiB`],
    ['kernel', `Linux ${machine.kernel}`],
    ['curfew', [machine.curfew, machine.build].filter(Boolean).join(', build ')],
    ['samples of a cell', samplesOfCells()],
    ['limit, clean network', time(settings.limit_ms)],
    ['backstop (harakiri), clean network', time(settings.backstop_ms)],
    ['on time', `≤ ${tolerances()} late`],
    ['workers, lanes', `${settings.workers}, ${settings.lanes}`], ['seed', settings.seed],
  ];
  byId('facts').append(...facts.map(([name, value]) =>
    el('div', {}, el('dt', {}, name), el('dd', {}, `${value}`))));

  const expected = strategies.length * kinds.length * run.networks.length;
  const gaps = run.gaps.map(gap => el('li', {}, el('b', {}, gap.what), `: ${gap.why}`));
  if (!run.complete) {
    gaps.unshift(el('li', {}, el('b', {}, 'interrupted'),
      `: ${run.cells.length} of at most ${expected} cells were measured`));
  }
  if (gaps.length) byId('gaps').append(el('h2', {}, 'Not measured'), el('ul', {}, gaps));
  byId('made').append('Everything on this page comes from the run that it holds as JSON. ',
    `${many(run.cells.length, 'cell')}, `,
    `${many(run.cells.flatMap(cell => cell.samples).length, 'sample')}.`);
}

function startAdvice() {
  const names = list => list.map(name => el('code', {}, name));
  byId('says').append(run.recommendations.length
    ? el('ol', {class: 'advice'}, run.recommendations.map(advice => el('li', {},
        el('p', {}, advice.text),
        el('dl', {},
          advice.use.length > 0 &&
            [el('dt', {}, 'use'), el('dd', {class: 'use'}, names(advice.use))],
          advice.for.length > 0 && [el('dt', {}, 'for'), el('dd', {}, names(advice.for))]))))
    : el('p', {}, 'Nothing: it has too few cells.'));
}

function showNetwork(name) {
  shown.network = name;
  const {about, limit_ms: limit} = run.networks.find(network => network.name === name);
  byId('network-about').replaceChildren(el('b', {}, name),
    `: ${about}${/[.!?]$/.test(about) ? '' : '.'} The limit is ${time(limit)}.`);
  showMatrix(name);
  redraw();
}

function startNetwork() {
  byId('network').append(...run.networks.map(({name}, index) => el('label', {},
    el('input', {type: 'radio', name: 'network', value: name, checked: index === 0,
                 onchange: () => showNetwork(name)}), el('span', {}, name))));
}

startHead();
startAdvice();
startMatrix();
startCell();
startNetwork();
startLateness();
startLeftovers();
startCosts();
startCapacity();
startTheme();
if (run.networks.length) showNetwork(shown.network);
else redraw();
