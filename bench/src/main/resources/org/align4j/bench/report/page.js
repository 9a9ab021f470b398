'use strict';
// What every section uses: the data, elements, numbers, colours. Texts of runs are only ever set as text, never as markup.

const report = JSON.parse(document.getElementById('data').textContent);
const root = document.documentElement;
root.dataset.errors = '0';
window.addEventListener('error', () => { root.dataset.errors = String(Number(root.dataset.errors) + 1); });

/** An element with properties and children; strings become text. */
function el(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name === 'class') element.className = value;
    else if (name === 'style') Object.assign(element.style, value);
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined));
  return element;
}

function byId(id) {
  return document.getElementById(id);
}

/** A number as a reader wants it: four digits, thousands apart, small ones with an exponent. */
function format(value) {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) return value.toExponential(2).replace('-', '−').replace(/e(.*)$/, ' e$1').replace('e-', 'e−').replace('e+', 'e');
  const digits = size >= 1000 || Number.isInteger(value) ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: 0 }).replace('-', '−');
}

/** A mean and its deviation, which has two digits and says how many the mean deserves. */
function formatSpread(mean, deviation) {
  if (mean === null || !deviation) return [format(mean), ''];
  const digits = Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(deviation))));
  const fixed = value => value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits }).replace('-', '−');
  return digits === 6 ? [format(mean), ` ± ${format(deviation)}`] : [fixed(mean), ` ± ${fixed(deviation)}`];
}

function plural(count, word) {
  return `${format(count)} ${word}${count === 1 ? '' : 's'}`;
}

// Okabe and Ito's colours, which every kind of colour blindness keeps apart, lighter on a dark page.
const LIGHT = ['#0072b2', '#d55e00', '#009e73', '#c4659b', '#b98400', '#2fa3d8', '#7a5aa6', '#6b6b6b'];
const DARK = ['#5aaef0', '#ff8a4a', '#2fcb9e', '#e79ac8', '#eebd4a', '#8ad3fa', '#b79bea', '#b5b5b5'];
const ALGORITHMS = ['ppo', 'reinforce++', 'grpo', 'rloo', 'reinforce++-baseline', 'dr-grpo', 'remax', 'reinforce'];
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

/** Each group's place in the palette and its dash: an algorithm has the same colour on every page. */
const styles = (() => {
  const variants = new Map();
  const others = [];
  const algorithms = new Set(report.groups.map(group => group.algorithm));
  // Variants of a single algorithm differ by colour, those of several by dash.
  if (algorithms.size === 1 && report.groups.length > 1) {
    return report.groups.map((group, i) => ({ slot: i % LIGHT.length, dash: DASHES[Math.floor(i / LIGHT.length) % DASHES.length] }));
  }
  const taken = new Set([...algorithms].map(name => ALGORITHMS.indexOf(name)));
  const free = LIGHT.map((colour, i) => i).filter(i => !taken.has(i));
  return report.groups.map(group => {
    let slot = ALGORITHMS.indexOf(group.algorithm);
    let turn = 0;
    if (slot < 0) {
      if (!others.includes(group.algorithm)) others.push(group.algorithm);
      const place = others.indexOf(group.algorithm);
      const room = free.length || LIGHT.length;
      slot = free.length ? free[place % room] : place % room;
      turn = Math.floor(place / room);
    }
    const variant = variants.get(group.algorithm) || 0;
    variants.set(group.algorithm, variant + 1);
    return { slot, dash: DASHES[(variant + turn) % DASHES.length] };
  });
})();

function isDark() {
  return root.dataset.theme === 'dark';
}

function colourOf(group) {
  return (isDark() ? DARK : LIGHT)[styles[group].slot];
}

function translucent(colour, share) {
  return colour + Math.round(share * 255).toString(16).padStart(2, '0');
}

/** A colour of the style sheet. */
function themed(name) {
  return getComputedStyle(root).getPropertyValue('--' + name).trim();
}

const groupRuns = report.groups.map((group, g) => report.runs.map((run, r) => r).filter(r => report.runs[r].group === g));

function runName(r) {
  const run = report.runs[r];
  return report.groups[run.group].name + (run.seed === '' ? '' : `, seed ${run.seed}`);
}

/** Positions to each side over which a curve is averaged. */
const SMOOTHING = [0, 1, 2, 4, 8, 16, 32];

// Long runs are smoothed a little from the start, so that their curves can be told apart.
const state = { hidden: new Set(), everyRun: false, smooth: [80, 300, 600].filter(many => report.steps.length > many).length };

/** Mean over the neighbours; nothing is made up where there was no value. */
function smoothed(values) {
  const reach = SMOOTHING[state.smooth];
  if (reach === 0) return values;
  return values.map((value, i) => {
    if (value === null) return null;
    let sum = 0;
    let count = 0;
    for (let j = Math.max(0, i - reach); j <= Math.min(values.length - 1, i + reach); j++) {
      if (values[j] !== null) {
        sum += values[j];
        count++;
      }
    }
    return sum / count;
  });
}

/** Told when the theme changed, before the charts are drawn again. */
const themeListeners = [];
