'use strict';
// The sections but for the completions: header, tables, panels.

function table(head, rows) {
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Table' },
    el('table', {}, el('thead', {}, el('tr', {}, head.map(cell => cell.nodeType ? cell : el('th', { scope: 'col' }, cell)))),
      el('tbody', {}, rows.map(cells => el('tr', {}, cells.map((cell, i) =>
        ['TD', 'TH'].includes(cell.nodeName) ? cell : el(i === 0 ? 'th' : 'td', i === 0 ? { scope: 'row' } : {}, cell)))))));
}

function numeric(...children) {
  return el('td', { class: 'num' }, children);
}

function groupHead(g) {
  const mark = el('i', { class: 'dot', 'data-group': g, style: { background: colourOf(g) } });
  return el('th', { scope: 'col', class: 'num' }, mark, report.groups[g].name);
}

function statusPill(status) {
  const kind = { done: 'good', running: 'warm', failed: 'bad', interrupted: 'bad' }[status] || 'quiet';
  return el('span', { class: `pill ${kind}` }, status || 'unknown');
}

function showHeader() {
  const names = [...new Set(report.groups.map(group => group.algorithm))];
  const title = names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
  document.title = `${title}: Align4J report`;
  byId('title').textContent = title;
  const last = Math.max(...report.runs.map(run => run.lastStep));
  const running = report.runs.filter(run => run.status === 'running').length;
  byId('subtitle').textContent = [
    plural(report.runs.length, 'run'), plural(report.groups.length, 'group'), `${format(last)} steps`,
    ...(running > 0 ? [`${format(running)} still going on`] : []),
  ].join(' · ');
  const live = byId('live');
  byId('live-label').hidden = running === 0;
  live.checked = location.hash === '#live';
  const reload = () => { if (live.checked) location.reload(); };
  live.addEventListener('change', () => { history.replaceState(null, '', live.checked ? '#live' : '#'); });
  if (running > 0) setInterval(reload, 15000);
}

function showBandNote() {
  const reach = SMOOTHING[state.smooth];
  byId('band-note').textContent = 'A line is the mean over the seeds of a group, the band one sample standard deviation to each side.'
    + (report.bucketed ? ` A point stands for about ${format(Math.round(2 * report.stepCount / report.steps.length))} steps: for their mean, and for their smallest and largest value where every run is shown.` : '')
    + (reach > 0 ? ` Lines and bands are smoothed over ${format(2 * reach + 1)} points, single runs are not.` : '')
    + (report.guards.length > 0 ? ' Ticks along the lower edge: a guard spoke.' : '');
}

function showLegend() {
  byId('legend').replaceChildren(...report.groups.map((group, g) => {
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    line.setAttribute('width', 22);
    line.setAttribute('height', 10);
    line.setAttribute('aria-hidden', 'true');
    const stroke = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    stroke.setAttribute('d', 'M0 5H22');
    stroke.setAttribute('stroke', colourOf(g));
    stroke.setAttribute('stroke-width', 3);
    stroke.setAttribute('stroke-dasharray', styles[g].dash.join(' '));
    line.append(stroke);
    return el('button', {
      type: 'button', 'aria-pressed': String(!state.hidden.has(g)), title: 'Show or hide',
      onclick: event => {
        if (!state.hidden.delete(g)) state.hidden.add(g);
        event.currentTarget.setAttribute('aria-pressed', String(!state.hidden.has(g)));
        redraw();
      },
    }, line, group.name, groupRuns[g].length > 1 ? el('small', {}, `${groupRuns[g].length} seeds`) : null);
  }));
}

function showOverview() {
  byId('overview-table').append(table(
    ['', ...report.groups.map((group, g) => groupHead(g))],
    report.overview.rows.map(row => [
      el('th', { scope: 'row' }, row.label, row.unit ? el('small', {}, ` ${row.unit}`) : null),
      ...row.cells.map(cell => {
        const [mean, deviation] = formatSpread(cell.mean, cell.deviation);
        return numeric(mean, el('small', {}, deviation));
      }),
    ])));
  byId('runs').append(table(['run', 'status', 'steps', 'folder', 'remarks'], report.runs.map((run, r) => [
    runName(r), statusPill(run.status), run.planned > 0 ? `${format(run.lastStep)} of ${format(run.planned)}` : format(run.lastStep),
    el('span', { class: 'mono' }, run.folder), run.notes.join('; '),
  ])));
}

function what(text) {
  return [text.description.replace(/^[a-z]/, letter => letter.toUpperCase()) + '. ', ...(text.healthy ? [el('b', {}, 'Healthy: '), text.healthy + '.'] : [])];
}

function ends(values) {
  const there = values.filter(value => value !== null);
  return there.length === 0 ? 'no values' : `${format(there[0])} to ${format(there[there.length - 1])}`;
}

function panelLabel(panel) {
  const parts = report.groups.map((group, g) => {
    const first = groupRuns[g].map(r => panel.runs[r]).find(values => values);
    const values = panel.groups[g] ? panel.groups[g].mean : first;
    return values ? `${group.name} ${ends(values)}` : null;
  });
  return `${panel.metric} over steps: ${parts.filter(part => part).slice(0, 12).join('; ')}`;
}

function stepsHead(i) {
  if (!report.bucketed) return `step ${format(report.steps[i])}`;
  const first = i - i % 2;
  return `steps ${format(report.steps[first])} to ${format(report.steps[first + 1])}`;
}

/** Positions along x: the two of a bucket may be one step, and x must rise. */
const positions = report.steps.map((step, i) => i > 0 && step === report.steps[i - 1] ? step + 0.5 : step);

function showPanels() {
  for (const panel of report.panels) {
    new Card(byId(panel.paper ? 'paper-panels' : 'other-panels'), {
      name: panel.metric, unit: panel.text.unit, what: what(panel.text), label: panelLabel(panel),
      draw: () => curves(positions, panel.runs, panel.groups, { head: stepsHead, sync: 'steps', smooth: smoothed, plugins: [guardTicks()] }),
    });
  }
  if (!report.panels.some(panel => !panel.paper)) byId('metrics').hidden = true;
}

function showKl() {
  const { cumulated, perStep } = report.rewardAgainstKl;
  new Card(byId('kl-panels'), {
    name: 'Reward by KL consumed', unit: 'score', height: 300,
    what: 'The reward once the steps so far have consumed this much KL, added up. A mean ends where the first of its runs does.',
    draw: () => cumulated.x.length === 0 ? null : curves(cumulated.x, cumulated.runs, cumulated.groups, {
      smooth: smoothed, xLabel: 'KL consumed so far, nats a response', head: i => `${format(cumulated.x[i])} nats consumed`,
    }),
  });
  new Card(byId('kl-panels'), {
    name: 'Reward by KL of the step', unit: 'score', height: 300,
    what: 'Each point is a step: its reward against the KL of its own responses.',
    draw: () => cloud(perStep, { xLabel: 'KL of the step, nats a response', head: x => `${format(x)} nats` }),
  });
}

const PHASES = {
  generate: ['#3f9a8c', '#5cc4b3'], reference: ['#8cc5d6', '#7fb9cc'], critic: ['#d17a86', '#dd8b96'], advantage: ['#d9c76a', '#cdbb5e'],
  policy_update: ['#3b4a9a', '#7f8fe6'], critic_update: ['#93315a', '#c2588a'], rest: ['#bcbcb8', '#5a5e64'],
};
const MORE_PHASES = ['#6f8f3a', '#a0703a', '#7a5aa6', '#4a7ab0'];

function showTimes() {
  const { phases, wall, cpu } = report.times;
  const used = phases.filter((name, p) => [...wall, ...(cpu || [])].some(seconds => seconds[p] > 0));
  const places = used.map(name => phases.indexOf(name));
  if (used.length === 0) {
    byId('time-note').textContent = 'These runs did not write their times.';
    return;
  }
  byId('time-note').textContent = 'Mean over the steps and the runs of a group.'
    + (cpu ? ' Processor seconds above the clock: several cores were at work.' : ' These runs did not write processor seconds.');
  const colour = name => {
    const known = PHASES[name] || [MORE_PHASES[used.indexOf(name) % MORE_PHASES.length], MORE_PHASES[used.indexOf(name) % MORE_PHASES.length]];
    return known[isDark() ? 1 : 0];
  };
  const rowsOf = () => report.groups.map((group, g) => g).filter(g => !state.hidden.has(g)).flatMap(g => [
    { label: cpu ? `${report.groups[g].name}, clock` : report.groups[g].name, parts: places.map(p => wall[g][p]) },
    ...(cpu ? [{ label: `${report.groups[g].name}, cores`, parts: places.map(p => cpu[g][p]) }] : []),
  ]);
  const bars = report.groups.length * (cpu ? 2 : 1);
  const legend = el('div', { class: 'phases', id: 'phase-legend' });
  const paint = () => legend.replaceChildren(...used.map(name =>
    el('span', {}, el('i', { class: 'swatch', style: { background: colour(name) } }), name.replace('_', ' '))));
  themeListeners.push(paint);
  paint();
  new Card(byId('time-content'), {
    name: 'Seconds a step', unit: 's', what: legend, height: 60 + 30 * Math.min(bars, 60),
    label: 'Seconds a step by phase; the table below has the numbers', draw: () => stackedBars(rowsOf(), used, colour),
  });
  const line = (label, seconds) => [label, ...places.map(p => numeric(format(seconds[p]))),
    numeric(format(seconds.reduce((sum, value) => sum + (value || 0), 0)))];
  byId('time-content').append(el('details', {}, el('summary', {}, 'The numbers'), table(
    ['seconds a step', ...used.map(name => el('th', { class: 'num', scope: 'col' }, name.replace('_', ' '))), el('th', { class: 'num', scope: 'col' }, 'sum')],
    report.groups.flatMap((group, g) => [line(cpu ? `${group.name}, clock` : group.name, wall[g]), ...(cpu ? [line(`${group.name}, cores`, cpu[g])] : [])]))));
}

function showSettings() {
  const { recorded, different, same } = report.differences;
  const place = byId('settings-content');
  if (!recorded) {
    place.append(el('p', { class: 'note' }, 'These runs did not record their settings (run.json).'));
    return;
  }
  if (different.length === 0) {
    place.append(el('p', { class: 'note' }, report.groups.length > 1 ? 'No setting differs between the groups.' : 'There is one group.'));
  } else {
    place.append(table(['differs', ...report.groups.map((group, g) => groupHead(g))],
      different.map(row => [el('span', { class: 'mono' }, row.path), ...row.values.map(value => el('td', { class: 'num mono' }, value || '–'))])));
  }
  if (same.length > 0) {
    place.append(el('details', {}, el('summary', {}, `${plural(same.length, 'setting')} that all groups have in common`),
      table(['setting', 'value'], same.map(row => [el('span', { class: 'mono' }, row.path), el('span', { class: 'mono' }, row.values[0] || '–')]))));
  }
}

function showGuards() {
  const place = byId('guards-content');
  if (report.guards.length === 0) {
    place.append(el('p', { class: 'note' }, 'None.'));
    return;
  }
  if (report.guardsWritten > report.guards.length) {
    place.append(el('p', { class: 'note' }, `The first ${format(report.guards.length)} of ${format(report.guardsWritten)}.`));
  }
  const rows = table(['step', 'run', 'guard', 'level', 'message'], report.guards.map(({ run, event }) => [
    format(event.step), runName(run), el('span', { class: 'mono' }, event.guard),
    el('span', { class: `pill ${event.level === 'error' ? 'bad' : 'warm'}` }, event.level), event.message,
  ]));
  rows.classList.add('tall');
  place.append(rows);
}
