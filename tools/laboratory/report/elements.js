// Elements and words. What comes from the run gets into the page as text, never as markup.

/** An element: el('td', {class: 'x', onclick}, 'text', child). Null and false are left out. */
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter(child => child != null && child !== false));
  return element;
}

const byId = id => document.getElementById(id);
const many = (count, one, others = `${one}s`) => `${count} ${count === 1 ? one : others}`;

/** Three digits or so, and a real minus. */
function number(value) {
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits).replace('-', '−');
}

function time(ms) {
  return Math.abs(ms) < 1000 ? `${number(ms)} ms` : `${number(ms / 1000)} s`;
}

/** How late, short enough for a cell of the matrix: +1.2, −40, +2.1 s. */
function lateness(ms) {
  const size = Math.abs(ms);
  const text = size < 9.95 ? size.toFixed(1) : size < 999.5 ? size.toFixed(0)
    : `${(size / 1000).toFixed(1)} s`;
  return (ms < 0 ? '−' : '+') + text;
}

const interval = (each, unit = '') =>
  `${number(each.value)}${unit} [${number(each.low)}, ${number(each.high)}]`;
const percent = share => `${Math.round(share * 100)} %`;

/** A table whose rows are arrays, the first of each its head; numbers are set to the right. */
function table(caption, heads, rows) {
  const cell = (value, index) => index === 0 ? el('th', {scope: 'row'}, value)
    : el('td', {class: typeof value === 'number' ? 'number' : null},
         typeof value === 'number' ? number(value) : value);
  return el('div', {class: 'wide', tabindex: '0', role: 'region', 'aria-label': caption},
    el('table', {class: 'plain'},
      el('caption', {}, caption),
      el('thead', {}, el('tr', {}, heads.map(head => el('th', {scope: 'col'}, head)))),
      el('tbody', {}, rows.map(row => el('tr', {}, row.map(cell))))));
}
