// Light or dark: as the system says, or as the reader does.

const darkSystem = matchMedia('(prefers-color-scheme: dark)');
const chosenTheme = () =>
  document.documentElement.dataset.theme ?? (darkSystem.matches ? 'dark' : 'light');

function showTheme() {
  byId('theme').textContent = chosenTheme() === 'dark' ? 'Light' : 'Dark';
  byId('theme').setAttribute('aria-label', `${byId('theme').textContent} theme`);
}

function changeTheme() {
  showTheme();
  redraw();
}

function startTheme() {
  byId('theme').addEventListener('click', () => {
    document.documentElement.dataset.theme = chosenTheme() === 'dark' ? 'light' : 'dark';
    changeTheme();
  });
  darkSystem.addEventListener('change', changeTheme);
  showTheme();

  // Paper is light. style.css sees to the page; canvases have to be drawn for it.
  let before;
  addEventListener('beforeprint', () => {
    before = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = 'light';
    redraw();
  });
  addEventListener('afterprint', () => {
    if (before) document.documentElement.dataset.theme = before;
    else delete document.documentElement.dataset.theme;
    redraw();
  });
}
