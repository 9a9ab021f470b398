'use strict';
// The browser of completions: a run, a step, its prompts with their samples.

const browser = { run: report.runs.findIndex(run => run.completions.steps.length > 0), place: 0, search: '', colour: 'none' };

/** Full colour at a log-probability of -5 and at a KL of 1 nat. */
const SCALES = {
  logProbs: { name: 'log-probability', full: 5, of: value => -value, from: 0, labels: ['certain', 'e⁻⁵ or less'] },
  kl: { name: 'KL', full: 1, of: value => value, from: -1, labels: ['−1 nat', '1 nat'] },
};

function tint(value, scale) {
  const size = Math.min(1, Math.abs(value) / scale.full);
  return `color-mix(in srgb, var(--${value >= 0 ? 'warm' : 'cold'}) ${Math.round(75 * size)}%, transparent)`;
}

/** The text as coloured tokens, or with what was searched for marked. */
function sampleText(sample) {
  const scale = SCALES[browser.colour];
  if (scale && sample.tokens && sample[browser.colour]) {
    const values = sample[browser.colour];
    const spans = sample.tokens.map((token, i) => el('span', {
      style: values[i] === null ? {} : { background: tint(scale.of(values[i]), scale) },
      title: `token ${i + 1}` + ['logProbs', 'kl'].filter(kind => sample[kind]).map(kind => `, ${SCALES[kind].name} ${format(sample[kind][i])}`).join(''),
    }, token.replace(/\n/g, '⏎\n')));
    const more = (sample.length || 0) - sample.tokens.length;
    return more > 0 ? [...spans, ` … (${plural(more, 'token')} more)`] : spans;
  }
  return marked(sample.completion);
}

function marked(text) {
  if (!browser.search) return [text];
  const parts = [];
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(browser.search); at >= 0; at = lower.indexOf(browser.search, from)) {
    parts.push(text.slice(from, at), el('mark', {}, text.slice(at, at + browser.search.length)));
    from = at + browser.search.length;
  }
  return [...parts, text.slice(from)];
}

function matches(sample) {
  return !browser.search || [sample.prompt, sample.completion, sample.answer || '', sample.verdict || '']
    .some(text => text.toLowerCase().includes(browser.search));
}

function facts(sample) {
  const rewards = Object.entries(sample.rewards || {});
  const good = sample.score !== undefined && sample.score > 0;
  return el('div', { class: 'facts' },
    sample.score === undefined ? null : el('span', { class: `pill ${good ? 'good' : 'quiet'}` }, `score ${format(sample.score)}`),
    sample.verdict ? el('span', {}, sample.verdict) : null,
    rewards.map(([name, score]) => el('span', {}, `${name} ${format(score)}`)),
    sample.advantage === undefined ? null : el('span', {}, `advantage ${format(sample.advantage)}`),
    sample.length === undefined ? null : el('span', {}, plural(sample.length, 'token')),
    sample.finished === false ? el('span', { class: 'pill warm' }, 'cut off by length') : null);
}

/** Samples of one prompt together, in the order of the file. */
function byPrompt(samples) {
  const prompts = new Map();
  for (const sample of samples) {
    const key = sample.id + '\n' + sample.prompt;
    if (!prompts.has(key)) prompts.set(key, []);
    prompts.get(key).push(sample);
  }
  return [...prompts.values()];
}

function showCompletions() {
  const place = byId('completions-content');
  if (browser.run < 0) {
    place.append(el('p', { class: 'note' }, 'These runs did not write any completions.'));
    return;
  }
  const runs = el('select', { onchange: event => { browser.run = Number(event.target.value); browser.place = 0; update(); } },
    report.runs.map((run, r) => run.completions.steps.length > 0 ? el('option', { value: r }, runName(r)) : null));
  const slider = el('input', { type: 'range', min: 0, 'aria-label': 'Step', oninput: event => { browser.place = Number(event.target.value); update(); } });
  const stepLabel = el('output', { class: 'num' });
  const colour = el('select', { onchange: event => { browser.colour = event.target.value; update(); } },
    el('option', { value: 'none' }, 'plain'), el('option', { value: 'logProbs' }, 'log-probability'), el('option', { value: 'kl' }, 'KL to the reference'));
  const search = el('input', {
    type: 'search', id: 'search', placeholder: 'Search', 'aria-label': 'Search the completions',
    oninput: event => { browser.search = event.target.value.toLowerCase(); update(); },
    onkeydown: event => { if (event.key === 'Enter') nextMatch(); },
  });
  const found = el('span', { class: 'scale', role: 'status' });
  const scale = el('span', { class: 'scale' });
  const note = el('p', { class: 'note' });
  const list = el('div', { id: 'samples' });
  place.append(el('div', { class: 'controls' },
    el('label', {}, 'Run', runs), el('label', {}, 'Step', slider, stepLabel), el('label', {}, 'Colour', colour), search, found, scale), note, list);

  function steps() {
    return report.runs[browser.run].completions.steps;
  }

  function nextMatch() {
    const all = steps();
    for (let i = 1; i <= all.length; i++) {
      const next = (browser.place + i) % all.length;
      if (all[next].samples.some(matches)) {
        browser.place = next;
        update();
        return;
      }
    }
  }

  function update() {
    const all = steps();
    const step = all[browser.place];
    const coloured = all.some(one => one.samples.some(sample => sample.tokens && (sample.logProbs || sample.kl)));
    slider.max = String(all.length - 1);
    slider.value = String(browser.place);
    slider.setAttribute('aria-valuetext', `step ${step.step}`);
    stepLabel.textContent = format(step.step);
    colour.parentElement.hidden = !coloured;
    const kind = coloured ? SCALES[browser.colour] : null;
    scale.replaceChildren(...(kind ? [kind.labels[0], el('i', { style: { background: `linear-gradient(90deg, ${tint(kind.from, kind)}, transparent ${kind.from < 0 ? 50 : 0}%, ${tint(kind.full, kind)})` } }), kind.labels[1]] : []));
    const shown = step.samples.filter(matches);
    const elsewhere = all.filter(one => one.samples.some(matches)).length;
    found.textContent = browser.search ? `${plural(shown.length, 'sample')} here; ${plural(elsewhere, 'step')} of this run with some, Enter goes to the next` : '';
    const written = report.runs[browser.run].completions.stepsWritten;
    const allSamples = step.samples.length === step.written;
    note.textContent = allSamples ? `All ${plural(step.written, 'sample')} of this step` : `${format(step.samples.length)} of ${plural(step.written, 'sample')} of this step are on the page`;
    if (all.length < written) note.textContent += `; ${format(all.length)} of ${plural(written, 'step')} that were written`;
    note.textContent += allSamples && all.length === written ? '.' : '. The rest is in completions.jsonl.';
    list.replaceChildren(...byPrompt(shown).map(samples => el('article', { class: 'prompt' },
      el('p', { class: 'ask' }, marked(samples[0].prompt)),
      el('p', { class: 'answer' }, samples[0].id, samples[0].answer === undefined ? '' : ` · answer: ${samples[0].answer}`),
      samples.map(sample => el('div', { class: 'sample' }, facts(sample), el('p', { class: 'text' }, sampleText(sample)))))));
  }

  browser.move = by => {
    browser.place = Math.min(steps().length - 1, Math.max(0, browser.place + by));
    update();
  };
  update();
}
