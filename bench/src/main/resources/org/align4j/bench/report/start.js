'use strict';
// Puts the page together; theme and keyboard.

function setTheme(theme) {
  root.dataset.theme = theme;
  byId('theme').textContent = theme === 'dark' ? 'light' : 'dark';
  document.querySelectorAll('[data-group]').forEach(mark => { mark.style.background = colourOf(Number(mark.dataset.group)); });
  showLegend();
  themeListeners.forEach(listener => listener());
  redraw();
}

function setEveryRun(every) {
  state.everyRun = every;
  byId('every-run').checked = every;
  redraw();
}

function setSmoothing(place) {
  state.smooth = place;
  byId('smooth').value = String(place);
  showBandNote();
  redraw();
}

function key(event) {
  if (event.target.matches('input[type="search"], select') || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/') {
    const search = byId('search');
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.scrollIntoView({ block: 'center' });
  } else if (event.key === 'r') {
    setEveryRun(!state.everyRun);
  } else if (event.key === 't') {
    setTheme(isDark() ? 'light' : 'dark');
  } else if ((event.key === '[' || event.key === ']') && browser.move) {
    browser.move(event.key === '[' ? -1 : 1);
  }
}

const dark = matchMedia('(prefers-color-scheme: dark)');
root.dataset.theme = dark.matches ? 'dark' : 'light';
showHeader();
showOverview();
showPanels();
showKl();
showTimes();
showSettings();
showGuards();
showCompletions();
setTheme(root.dataset.theme);
setSmoothing(state.smooth);
dark.addEventListener('change', event => setTheme(event.matches ? 'dark' : 'light'));
byId('theme').addEventListener('click', () => setTheme(isDark() ? 'light' : 'dark'));
byId('every-run').addEventListener('change', event => setEveryRun(event.target.checked));
byId('smooth').addEventListener('input', event => setSmoothing(Number(event.target.value)));
document.addEventListener('keydown', key);
root.dataset.panels = String(cards.length);
root.dataset.ready = 'true';
