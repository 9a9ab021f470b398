'use strict';
// Charts: what uPlot draws, when, and how a reader moves in them.

const FONT = '11.5px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const cards = [];

/** A figure whose chart is drawn when it comes near the screen and again when something changed. */
class Card {
  constructor(parent, { name, unit, what, label, draw, height }) {
    this.draw = draw;
    this.height = height || 190;
    this.chart = el('div', { class: 'chart', tabindex: 0, role: 'img', 'aria-label': label || name });
    this.button = el('button', { type: 'button', class: 'enlarge', title: 'Enlarge', 'aria-label': `Enlarge ${name}`, onclick: () => this.enlarge() }, '⤢');
    this.figure = el('figure', { 'data-metric': name },
      el('figcaption', {},
        el('span', { class: 'name' }, el('span', { class: name.includes('/') ? 'mono' : '' }, name),
          el('span', {}, el('span', { class: 'unit' }, unit && unit !== '-' ? unit : ''), this.button)),
        el('span', { class: 'what' }, what)),
      this.chart);
    parent.append(this.figure);
    this.stale = true;
    this.near = false;
    this.chart.addEventListener('keydown', event => this.key(event));
    cards.push(this);
    watcher.observe(this.figure);
    sizes.observe(this.chart);
  }

  enlarge() {
    const wide = this.figure.classList.toggle('wide');
    this.button.title = wide ? 'Make small' : 'Enlarge';
    this.figure.scrollIntoView({ block: 'nearest' });
  }

  /** Draws if it must; every chart has as many curves as data-series says. */
  render() {
    if (!this.stale) return;
    this.stale = false;
    if (this.plot) this.plot.destroy();
    this.chart.replaceChildren();
    const options = this.draw();
    this.figure.dataset.series = String(options ? options.curves : 0);
    if (!options) {
      this.chart.append(el('div', { class: 'none' }, 'These runs did not write it.'));
      return;
    }
    this.plot = new uPlot({ ...options.uplot, ...this.size() }, options.data, this.chart);
  }

  size() {
    const height = this.figure.classList.contains('wide') ? 420 : this.height;
    return { width: Math.max(120, this.chart.clientWidth), height };
  }

  resized() {
    const size = this.size();
    if (this.plot && !this.stale && (this.plot.width !== size.width || this.plot.height !== size.height)) this.plot.setSize(size);
  }

  key(event) {
    if (event.key === 'Enter') {
      this.enlarge();
      return;
    }
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!direction || !this.plot || this.plot.scales.x.ori === 1) return;
    event.preventDefault();
    const x = this.plot.data[0];
    const now = this.plot.cursor.idx ?? (direction > 0 ? -1 : x.length);
    const next = Math.min(x.length - 1, Math.max(0, now + direction * (event.shiftKey ? 10 : 1)));
    this.plot.setCursor({ left: this.plot.valToPos(x[next], 'x'), top: this.plot.over.clientHeight / 2 });
  }
}

const watcher = new IntersectionObserver(entries => {
  for (const entry of entries) {
    const card = cards.find(candidate => candidate.figure === entry.target);
    card.near = entry.isIntersecting;
    if (card.near) card.render();
  }
}, { rootMargin: '500px' });

const sizes = new ResizeObserver(entries => {
  for (const entry of entries) cards.find(candidate => candidate.chart === entry.target).resized();
});

/** All charts are out of date: those near the screen are drawn now, others when they come near. */
function redraw() {
  for (const card of cards) {
    card.stale = true;
    if (card.near) card.render();
  }
}

/** Labels with as many decimals as tell neighbours apart exactly: 2.5 is not 3. */
function axisFormat(plot, splits) {
  const step = splits.length > 1 ? Math.abs(splits[1] - splits[0]) : 1;
  const most = Math.max(...splits.map(Math.abs));
  const decimals = unit => [0, 1, 2, 3, 4, 5, 6].find(n => Math.abs(unit * 10 ** n - Math.round(unit * 10 ** n)) < 1e-6) ?? 6;
  if (most > 0 && (most < 1e-3 || most >= 1e6)) {
    const exponent = Math.floor(Math.log10(most));
    const digits = decimals(step / 10 ** exponent);
    return splits.map(v => v === 0 ? '0' : `${(v / 10 ** exponent).toFixed(digits)}e${exponent}`.replaceAll('-', '−'));
  }
  const digits = decimals(step);
  return splits.map(v => v.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace('-', '−'));
}

/** From the smallest to the largest value with a little room, and something sensible around a constant. */
function rangeOf(plot, low, high) {
  if (low === null) return [0, 1];
  if (low === high) return low === 0 ? [-0.1, 1] : [low - Math.abs(low), low + Math.abs(low)];
  return uPlot.rangeNum(low, high, 0.08, true);
}

/** Room for the longest label of a vertical axis. */
function axisWidth(plot, values, axisIndex, cycle) {
  const axis = plot.axes[axisIndex];
  if (cycle > 1) return axis._size;
  const longest = (values || []).reduce((a, b) => b.length > a.length ? b : a, '');
  plot.ctx.font = axis.font[0];
  return Math.ceil(axis.ticks.size + axis.gap + plot.ctx.measureText(longest).width / devicePixelRatio + 2);
}

function axis(more) {
  return {
    font: FONT,
    stroke: () => themed('quiet'),
    grid: { stroke: () => themed('grid'), width: 1 },
    ticks: { show: false, size: 4 },
    gap: 5,
    ...more,
  };
}

function axes(xLabel) {
  const named = xLabel ? { label: xLabel, labelFont: FONT, labelSize: 18, labelGap: 0 } : {};
  return [
    axis({ values: axisFormat, size: 24, space: 60, ...named }),
    axis({ values: axisFormat, size: axisWidth, space: 34 }),
  ];
}

/** The values at the cursor, largest first. */
function tip(head, rowsAt) {
  let box;
  return {
    hooks: {
      init: plot => {
        box = el('div', { class: 'tip', role: 'status', hidden: true });
        plot.over.append(box);
        plot.over.addEventListener('mouseleave', () => { box.hidden = true; });
      },
      setCursor: plot => {
        const i = plot.cursor.idx;
        const mine = plot.root.parentElement.matches(':hover, :focus');
        const rows = i === null || i === undefined || !mine ? [] : rowsAt(i);
        box.hidden = rows.length === 0;
        if (box.hidden) return;
        const shown = rows.sort((a, b) => b.value - a.value).slice(0, 12);
        box.replaceChildren(el('div', { class: 'head' }, head(i)),
          ...shown.map(row => el('div', { class: 'row' },
            el('span', {}, el('i', { class: 'dot', style: { background: row.colour } }), row.name), el('span', { class: 'num' }, row.text))),
          ...(rows.length > shown.length ? [el('div', { class: 'head' }, `and ${rows.length - shown.length} lower`)] : []));
        const left = plot.cursor.left;
        const right = left > plot.over.clientWidth / 2;
        box.style.left = right ? '' : `${Math.min(left + 14, Math.max(0, plot.over.clientWidth - box.offsetWidth))}px`;
        box.style.right = right ? `${Math.min(plot.over.clientWidth - left + 14, Math.max(0, plot.over.clientWidth - box.offsetWidth))}px` : '';
        box.style.top = '4px';
      },
    },
  };
}

/** Ticks along the lower edge where a guard spoke. */
function guardTicks() {
  return {
    hooks: {
      draw: plot => {
        const { ctx, bbox } = plot;
        for (const { run, event } of report.guards) {
          if (state.hidden.has(report.runs[run].group)) continue;
          const x = plot.valToPos(event.step, 'x', true);
          if (x < bbox.left || x > bbox.left + bbox.width) continue;
          ctx.fillStyle = themed(event.level === 'error' ? 'bad' : 'warm');
          ctx.fillRect(x - devicePixelRatio, bbox.top + bbox.height - 7 * devicePixelRatio, 2 * devicePixelRatio, 7 * devicePixelRatio);
        }
      },
    },
  };
}

/**
 * Curves of groups with their bands, or with every run as it was written: what Card draws.
 * runs has an array a run, groups {mean, low, high} a group, without low and high for a single run; null where there is nothing.
 * The tip tells the values as they were written.
 */
function curves(x, runs, groups, { xLabel, head, sync, plugins, smooth }) {
  const drawn = smooth || (values => values);
  const data = [x];
  const series = [{}];
  const bands = [];
  const rows = [];
  const add = (values, options) => {
    data.push(values);
    series.push({ spanGaps: true, points: { show: x.length === 1, size: 6 }, ...options });
    return data.length - 1;
  };
  report.groups.forEach((group, g) => {
    if (state.hidden.has(g)) return;
    const colour = colourOf(g);
    const own = groupRuns[g].filter(r => runs[r]);
    if (own.length === 0) return;
    const band = groups[g];
    if (state.everyRun) {
      for (const r of own) {
        add(runs[r], { stroke: translucent(colour, 0.35), width: 1, dash: styles[g].dash });
      }
    } else if (band && band.low) {
      const none = { stroke: translucent(colour, 0), width: 0, points: { show: false } };
      bands.push({ series: [add(drawn(band.high), none), add(drawn(band.low), none)], fill: translucent(colour, Number(themed('shade'))) });
    }
    const values = band ? band.mean : runs[own[0]];
    add(drawn(values), { stroke: colour, width: 1.8, dash: styles[g].dash, points: { show: x.length === 1, size: 6, fill: colour } });
    rows.push({ name: group.name, colour, values, band });
  });
  if (data.length === 1) return null;
  const at = i => rows.filter(row => row.values[i] !== null).map(row => {
    const value = row.values[i];
    const high = row.band && row.band.high ? row.band.high[i] : null;
    return { ...row, value, text: formatSpread(value, high === null ? null : high - value).join('') };
  });
  return {
    curves: rows.length,
    data,
    uplot: {
      series, bands,
      axes: axes(xLabel),
      scales: { x: { time: false }, y: { range: rangeOf } },
      legend: { show: false },
      padding: [8, 20, 0, 0],
      cursor: { y: false, points: { size: 6 }, ...(sync ? { sync: { key: sync } } : {}) },
      plugins: [tip(head, at), ...(plugins || [])],
    },
  };
}

/** Points of each group: reward of a step against its KL. */
function cloud(clouds, { xLabel, head }) {
  const shown = report.groups.map((group, g) => g).filter(g => !state.hidden.has(g) && clouds[g].x.length > 0);
  if (shown.length === 0) return null;
  const tables = shown.map(g => {
    const order = clouds[g].x.map((x, i) => i).sort((a, b) => clouds[g].x[a] - clouds[g].x[b]);
    // uPlot joins tables on x: steps of equal KL would hide each other, so they lie a hair apart.
    const xs = [];
    for (const i of order) {
      const last = xs[xs.length - 1];
      xs.push(xs.length > 0 && clouds[g].x[i] <= last ? last + Math.max(1e-12, Math.abs(last) * 1e-9) : clouds[g].x[i]);
    }
    return [xs, order.map(i => clouds[g].y[i])];
  });
  const data = uPlot.join(tables);
  return {
    curves: shown.length,
    data,
    uplot: {
      series: [{}, ...shown.map(g => ({
        paths: () => null,
        points: { show: true, size: 6, width: 0, fill: translucent(colourOf(g), 0.65), stroke: translucent(colourOf(g), 0) },
      }))],
      axes: axes(xLabel),
      scales: { x: { time: false } },
      legend: { show: false },
      padding: [8, 20, 0, 0],
      cursor: { y: false, points: { show: false } },
      plugins: [tip(i => head(data[0][i]), i => shown
        .map((g, s) => ({ name: report.groups[g].name, colour: colourOf(g), value: data[s + 1][i] }))
        .filter(row => row.value !== null && row.value !== undefined)
        .map(row => ({ ...row, text: format(row.value) })))],
    },
  };
}

/** Bars that lie, one a row, made of parts: [{label, parts: [seconds]}]. */
function stackedBars(rows, names, colours) {
  if (rows.length === 0) return null;
  const sums = rows.map(row => {
    let sum = 0;
    return row.parts.map(part => sum += part || 0);
  });
  // The whole first, then ever shorter bars over it.
  const order = names.map((name, i) => i).reverse();
  const short = label => {
    const room = innerWidth < 600 ? 12 : 30;
    return label.length > room ? label.slice(0, room - 1) + '…' : label;
  };
  return {
    curves: names.length,
    data: [rows.map((row, i) => i), ...order.map(i => sums.map(sum => sum[i]))],
    uplot: {
      series: [{}, ...order.map(i => ({
        fill: () => colours(names[i]),
        stroke: 'transparent',
        width: 0,
        points: { show: false },
        paths: uPlot.paths.bars({ size: [0.72, 26] }),
      }))],
      scales: {
        x: { time: false, ori: 1, dir: -1, range: [-0.6, rows.length - 0.4] },
        y: { ori: 0, range: (plot, low, high) => [0, high > 0 ? high * 1.04 : 1] },
      },
      axes: [
        axis({ side: 3, splits: () => rows.map((row, i) => i), values: () => rows.map(row => short(row.label)), size: axisWidth, grid: { show: false } }),
        axis({ side: 2, values: axisFormat, size: 24, space: 60, label: 'seconds a step', labelFont: FONT, labelSize: 18, labelGap: 0 }),
      ],
      legend: { show: false },
      padding: [4, 20, 0, 0],
      cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
      plugins: [tip(i => `${rows[i].label}: ${format(sums[i][names.length - 1])} s a step`, i => names
        .map((name, n) => ({ name: name.replace('_', ' '), colour: colours(name), value: rows[i].parts[n] || 0 }))
        .filter(row => row.value > 0)
        .map(row => ({ ...row, text: `${format(row.value)} s, ${Math.round(100 * row.value / sums[i][names.length - 1])} %` })))],
    },
  };
}
