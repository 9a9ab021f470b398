'use strict';
// The reproduction: verdicts, then a section a figure or table.

const KINDS = { 'reproduced': 'good', 'not reproduced': 'bad', 'not decidable here': 'warm' };

function verdictPill(verdict) {
  return el('span', { class: `pill ${KINDS[verdict] || 'quiet'}` }, verdict);
}

function verdictRow(row) {
  return [el('td', { class: 'claim' }, row.claim), el('td', { class: 'statistic' }, row.statistic), numeric(row.interval), el('td', { class: 'rule' }, row.rule),
    numeric(format(row.seeds)), verdictPill(row.verdict)];
}

const VERDICT_HEAD = ['the paper says', 'statistic', 'measured', 'rule', 'seeds', 'verdict'];

function showVerdicts() {
  const all = report.sections.flatMap(section => section.claims);
  byId('tally').replaceChildren(...Object.keys(KINDS).map(verdict =>
    el('div', {}, el('b', {}, String(all.filter(row => row.verdict === verdict).length)), verdictPill(verdict))));
  byId('verdict-table').append(table(['', ...VERDICT_HEAD.slice(0, 3), 'verdict'], report.sections.flatMap(section =>
    section.claims.map((row, i) => [
      el('th', { scope: 'row' }, i === 0 ? el('a', { href: `#${section.id}` }, section.title.split(':')[0]) : ''),
      el('td', { class: 'claim' }, row.claim), el('td', { class: 'statistic' }, row.statistic), numeric(row.interval), verdictPill(row.verdict),
    ]))));
}

function panelCard(place, panel, sync) {
  const parts = Object.entries(panel.groups).map(([g, band]) => `${report.groups[g].name} ${ends(band.mean)}`);
  new Card(place, {
    name: panel.metric, unit: panel.unit, what: panel.what, label: `${panel.metric}: ${parts.join('; ')}`,
    height: panel.xLabel ? 300 : 190,
    draw: () => curves(panel.x, panel.runs, panel.groups, {
      smooth: smoothed, sync, xLabel: panel.xLabel || null,
      head: i => panel.xLabel ? `${format(panel.x[i])} nats` : `update ${format(panel.x[i])}`,
    }),
  });
}

function cloudCard(place, chart) {
  const points = report.groups.map((group, g) => chart.points[g] || { x: [], y: [] });
  new Card(place, {
    name: chart.metric, unit: chart.unit, what: chart.what, height: 300,
    draw: () => cloud(points, { xLabel: chart.xLabel, head: x => `${format(x)}, ${chart.xLabel}` }),
  });
}

function barsCard(place, bars) {
  const colour = name => PHASES[name][isDark() ? 1 : 0];
  const used = bars.phases.filter((name, p) => bars.rows.some(row => row.parts[p] > 0));
  const places = used.map(name => bars.phases.indexOf(name));
  const legend = el('div', { class: 'phases' });
  const paint = () => legend.replaceChildren(...used.map(name =>
    el('span', {}, el('i', { class: 'swatch', style: { background: colour(name) } }), name.replace('_', ' '))));
  themeListeners.push(paint);
  paint();
  new Card(place, {
    name: 'Seconds an update', unit: 's', what: legend, height: 60 + 34 * bars.rows.length,
    label: 'Seconds an update by phase: ' + bars.rows.map(row => `${row.label} ${format(row.parts.reduce((a, b) => a + b, 0))}`).join('; '),
    draw: () => stackedBars(bars.rows.map(row => ({ label: row.label, parts: places.map(p => row.parts[p]) })), used, colour),
  });
}

/** Numbers to the right, in tables whose cells are texts. */
function cellOf(text) {
  return /^[−–]?\d/.test(text) || text === '–' ? numeric(text) : text;
}

/** The heads of columns of numbers stand to the right, as these do. */
function headOf({ head, rows }) {
  return head.map((text, i) => i > 0 && rows.every(row => cellOf(row[i]) !== row[i]) ? el('th', { scope: 'col', class: 'num' }, text) : text);
}

function showSection(section) {
  const place = el('section', { id: section.id }, el('h2', {}, section.title),
    el('div', { class: 'said' },
      el('div', {}, el('h3', {}, 'The paper'), el('p', {}, section.paper)),
      el('div', {}, el('h3', {}, 'Here'), el('p', {}, section.setup))));
  byId('main').append(place);
  byId('sections').append(el('a', { href: `#${section.id}` }, section.title.split(':')[0]));
  if (section.claims.length > 0) place.append(table(VERDICT_HEAD, section.claims.map(verdictRow)));
  const panels = el('div', { class: 'grid panels' });
  place.append(panels);
  section.panels.filter(panel => !panel.xLabel).forEach(panel => panelCard(panels, panel, section.id));
  const wide = el('div', { class: 'grid two panels' });
  place.append(wide);
  section.panels.filter(panel => panel.xLabel).forEach(panel => panelCard(wide, panel, null));
  section.clouds.forEach(chart => cloudCard(wide, chart));
  if (section.bars) barsCard(panels, section.bars);
  if (section.more.length > 0) {
    const more = el('div', { class: 'grid panels' });
    place.append(el('details', {}, el('summary', {}, 'Other metrics'), more));
    section.more.forEach(panel => panelCard(more, panel, section.id));
  }
  for (const one of section.tables) {
    place.append(el('h3', { class: 'table' }, one.title),
      table(headOf(one), one.rows.map(row => row.map((text, i) => i === 0 ? el('th', { scope: 'row' }, text) : cellOf(text)))));
    if (one.note) place.append(el('p', { class: 'note' }, one.note));
  }
}

function setTheme(theme) {
  root.dataset.theme = theme;
  byId('theme').textContent = theme === 'dark' ? 'light' : 'dark';
  showLegend();
  // A group's runs are those of several studies: their number says nothing.
  byId('legend').querySelectorAll('small').forEach(count => count.remove());
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
  redraw();
}

document.title = report.title;
byId('title').textContent = report.title;
byId('subtitle').textContent = report.subtitle;
byId('sections').append(el('a', { href: '#verdicts' }, 'Verdicts'));
const darkly = matchMedia('(prefers-color-scheme: dark)');
root.dataset.theme = darkly.matches ? 'dark' : 'light';
showVerdicts();
report.sections.forEach(showSection);
setTheme(root.dataset.theme);
setSmoothing(0);
darkly.addEventListener('change', event => setTheme(event.matches ? 'dark' : 'light'));
byId('theme').addEventListener('click', () => setTheme(isDark() ? 'light' : 'dark'));
byId('every-run').addEventListener('change', event => setEveryRun(event.target.checked));
byId('smooth').addEventListener('input', event => setSmoothing(Number(event.target.value)));
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'r') setEveryRun(!state.everyRun);
  if (event.key === 't') setTheme(isDark() ? 'light' : 'dark');
});
root.dataset.ready = 'true';
