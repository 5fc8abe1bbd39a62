// The page: asks the server every few seconds, and draws what has changed.

import {byId, h, redraw, shown} from './dom.js';
import {Details, MOST_POINTS, datasetContent, eventItem, policyContent} from './details.js';
import {VirtualList} from './list.js';
import {STATES, derive} from './model.js';
import {DATASET_HEIGHT, POLICY_HEIGHT, datasetRow, policyRow, since} from './rows.js';
import {PointStore, getPolicies} from './server.js';
import {Axis, axisLabels, legend} from './timeline.js';
import {age, ago, instant, now, size, until} from './time.js';

const POLL = 5e3;
const SLOWEST_POLL = 30e3;
const REDRAW = 60e3;
const FIRST_FINDINGS = 6;

const view = {list: null, model: null, search: '', only: null, folded: new Set(), allFindings: false, answered: 0, failure: '', axis: null, revision: 0, drawn: 0, arrived: new Map()};
const details = new Details();
const points = new PointStore((keys) => {
  for (const key of keys) view.arrived.set(key, (view.arrived.get(key) ?? 0) + 1);
  drawList();
  details.refresh();
});

// What is seen of the whole.

function drawVerdict() {
  const {counts, totals, groups} = view.model;
  const asked = totals.datasets - counts.orphaned - counts.deleted - counts.suspended;
  const [tone, title, text] =
    view.list.items.length === 0 ? ['idle', 'No policies', 'Nothing is declared yet. Apply a policy, and its datasets show here.']
      : counts.overdue > 0 ? ['bad', `${counts.overdue} of ${asked} datasets overdue`, 'Their slots have passed without a good point.']
        : counts.unknown > 0 ? ['warn', 'A cloud has not been read yet', 'What is protected there is not known.']
          : counts.failed + counts.waiting > 0 ? ['warn', `${counts.protected} of ${asked} datasets protected`, 'Nothing is overdue yet.']
            : asked === 0 ? ['idle', 'Nothing is asked for', 'No policy in force selects a dataset.']
              : ['good', asked === 1 ? 'The dataset is protected' : `All ${asked} datasets are protected`, `Every one has a good point of its latest slot, under ${groups.length === 1 ? 'one policy' : `${groups.length} policies`}.`];
  const verdict = byId('verdict');
  // Said aloud where somebody listens, so only if it is another.
  if (verdict.textContent !== title + text) {
    verdict.replaceChildren(h('span', {class: `lamp ${tone}`, 'aria-hidden': 'true'}), h('div', {}, h('p', {class: 'verdict-title'}, title), h('p', {class: 'muted'}, text)));
  }
  document.title = counts.overdue > 0 ? `(${counts.overdue}) Stillpoint` : 'Stillpoint';
}

function tile(name, value, note, tone = '') {
  return h('div', {class: `tile ${tone}`}, h('span', {class: 'tile-name'}, name), h('span', {class: 'tile-value'}, value), h('span', {class: 'muted'}, note));
}

function drawTiles() {
  const {counts, totals} = view.model;
  const atRisk = counts.failed + counts.waiting + counts.unknown;
  byId('tiles').replaceChildren(
    tile('Protected', String(counts.protected), `of ${totals.datasets} datasets`, 'good'),
    tile('Overdue', String(counts.overdue), atRisk > 0 ? `${atRisk} more not well` : 'no other trouble', counts.overdue > 0 ? 'bad' : ''),
    tile('Held now', String(totals.held), totals.held > 0 ? 'a point is being made' : 'nothing stands still', totals.held > 0 ? 'live-tile' : ''),
    tile('Good points', totals.points.toLocaleString('en'), `${size(totals.gigabytes)} of snapshots`),
    tile('Next slot', totals.nextSlot ? since(totals.nextSlot, until, 'until') : '–', totals.nextSlot ? instant(totals.nextSlot).slice(11) : 'none to come'));
}

function findingItem(finding) {
  const {policy, dataset, cloud} = finding;
  const title = cloud ? `Cloud ${shown(cloud.name) || 'of the environment'}` : shown(policy.metadata.name);
  const open = cloud ? null : dataset ? () => openDataset(dataset.key) : () => openPolicy(policy);
  return h('li', {class: finding.tone},
    h('span', {class: `badge ${finding.tone}`}, finding.word),
    h('div', {class: 'finding'},
      h('span', {class: 'finding-title'}, open ? h('button', {type: 'button', class: 'name', onclick: open}, title) : title, finding.what && h('span', {}, shown(finding.what))),
      h('span', {class: 'message'}, shown(finding.why))),
    finding.since && h('span', {class: 'for'}, since(finding.since, age, 'age')));
}

function drawAttention() {
  const {attention} = view.model;
  const visible = view.allFindings ? attention.slice(0, 200) : attention.slice(0, FIRST_FINDINGS);
  byId('attention').hidden = attention.length === 0;
  redraw(byId('attention-list'), ...visible.map(findingItem));
  const more = byId('attention-more');
  more.hidden = attention.length <= FIRST_FINDINGS;
  more.textContent = view.allFindings ? 'Show fewer' : `Show all ${attention.length}`;
}

function drawStates() {
  const {counts, totals} = view.model;
  const choice = (state, word, count) => h('button', {type: 'button', class: `state ${state ? STATES[state].tone : ''}`, 'aria-pressed': String(view.only === state), onclick: () => {
    view.only = view.only === state ? null : state;
    drawStates();
    drawList();
  }}, word, h('span', {class: 'count'}, String(count)));
  if (view.only && counts[view.only] === 0) view.only = null;
  redraw(byId('states'), choice(null, 'All', totals.datasets),
    ...Object.entries(STATES).filter(([state]) => counts[state] > 0).map(([state, {word}]) => choice(state, word, counts[state])));
}

// The list.

function* visibleItems() {
  const words = view.search.toLowerCase().split(/\s+/).filter(Boolean);
  const filtered = words.length > 0 || view.only;
  for (const group of view.model.groups) {
    const datasets = group.datasets.filter((dataset) => (!view.only || dataset.state === view.only) && words.every((word) => dataset.haystack.includes(word)));
    const itself = group.policy.metadata.name.toLowerCase();
    if (datasets.length === 0 && (view.only || !words.every((word) => itself.includes(word)))) continue;
    const key = JSON.stringify([group.policy.status.cloud, group.policy.metadata.name]);
    const isOpen = filtered || !view.folded.has(key);
    yield {key, group, isOpen, height: POLICY_HEIGHT, version: `${view.revision} ${isOpen}`};
    if (!isOpen) continue;
    for (const dataset of datasets) {
      yield {key: dataset.key, dataset, height: DATASET_HEIGHT, version: `${view.revision} ${view.arrived.get(dataset.key) ?? 0} ${view.axis.width}`};
    }
  }
}

const widths = {holds: 110};

const list = new VirtualList(byId('list'), (item) => {
  if (item.group) {
    return policyRow(item.group, item.isOpen, () => openPolicy(item.group.policy), () => {
      if (view.folded.has(item.key)) view.folded.delete(item.key);
      else view.folded.add(item.key);
      drawList();
    });
  }
  return datasetRow(item.dataset, points.get(item.key), view.axis, widths, () => openDataset(item.key));
}, (items) => points.want(items.filter((item) => item.dataset).map((item) => item.dataset)));

function drawAxis() {
  const width = Math.max(120, byId('axis').clientWidth);
  view.axis = new Axis(width, view.model.totals.oldest);
  byId('axis').replaceChildren(axisLabels(view.axis));
}

function drawList() {
  const items = [...visibleItems()];
  list.setItems(items);
  const nothing = byId('nothing');
  nothing.hidden = items.length > 0;
  nothing.textContent = view.list.items.length === 0 ? 'There is no policy yet.' : 'Nothing matches.';
}

// Clouds and events.

function quotaBar([resource, {limit, inUse, reserved}]) {
  const used = inUse + reserved;
  const part = limit > 0 ? Math.min(1, used / limit) : 1;
  const tone = part >= 0.95 ? 'bad' : part >= 0.8 ? 'warn' : 'good';
  const bar = h('span', {class: `fill ${tone}`});
  bar.style.width = `${part * 100}%`;
  return h('div', {class: 'quota'}, h('span', {class: 'clip'}, shown(resource)),
    h('span', {class: 'track', role: 'meter', 'aria-label': `quota ${shown(resource)}`, 'aria-valuemin': 0, 'aria-valuemax': limit, 'aria-valuenow': used}, bar),
    h('span', {class: 'end nowrap'}, `${used.toLocaleString('en')} of ${limit.toLocaleString('en')}`));
}

function drawClouds() {
  byId('clouds').replaceChildren(...view.list.clouds.map((cloud) => {
    const limited = Object.entries(cloud.quota).filter(([, {limit}]) => limit >= 0);
    return h('div', {class: 'cloud'},
      h('p', {class: 'cloud-head'}, h('span', {class: `dot ${cloud.error ? 'bad' : 'good'}`, 'aria-hidden': 'true'}), h('strong', {}, shown(cloud.name) || 'environment'),
        h('span', {class: 'muted'}, cloud.observed ? ['read ', since(cloud.observed)] : 'never read')),
      cloud.error && h('p', {class: 'trouble bad'}, shown(cloud.error)),
      limited.length > 0 ? limited.map(quotaBar) : h('p', {class: 'muted'}, 'No quota has a limit.'));
  }));
  if (view.list.clouds.length === 0) byId('clouds').replaceChildren(h('p', {class: 'muted'}, 'No cloud is named by a policy.'));
}

function drawEvents() {
  const {events} = view.list;
  byId('events').replaceChildren(...(events.length > 0 ? events.slice(0, 30).map(eventItem) : [h('li', {class: 'muted none'}, 'Nothing has happened yet.')]));
}

// Details.

const findDataset = (key) => view.model.groups.flatMap((group) => group.datasets).find((dataset) => dataset.key === key);

function openDataset(key) {
  let limit = MOST_POINTS;
  details.show((width) => {
    const dataset = findDataset(key);
    if (!dataset) return null;
    points.want([dataset]);
    const about = view.list.events.filter((event) => event.policy === dataset.policy.metadata.name && event.serverName === dataset.series.serverName && event.dataset === dataset.series.dataset);
    return datasetContent(dataset, points.get(key), about, width, limit, () => {
      limit = Infinity;
      details.refresh();
    });
  });
}

function openPolicy({metadata, status}) {
  details.show(() => {
    const group = view.model.groups.find(({policy}) => policy.metadata.name === metadata.name && policy.status.cloud === status.cloud);
    return group ? policyContent(group, view.list.events.filter((event) => event.policy === metadata.name)) : null;
  });
}

// The course of things.

function drawAll() {
  view.model = derive(view.list);
  view.revision += 1;
  view.drawn = now();
  byId('installation').textContent = [view.list.metadata.installation, view.list.metadata.version].map(shown).filter(Boolean).join(' · ');
  drawVerdict();
  drawTiles();
  drawAttention();
  drawAxis();
  drawStates();
  drawList();
  drawClouds();
  drawEvents();
  details.refresh();
}

function drawLive() {
  const live = byId('live');
  const text = view.failure ? `No answer${view.answered ? ` for ${age(new Date(view.answered).toISOString())}` : ''}: ${view.failure}` : 'Live';
  if (live.textContent !== text) live.textContent = text;
  live.className = `live ${view.failure ? 'bad' : 'good'}`;
  document.body.classList.toggle('stale', Boolean(view.failure));
}

const WORDS = {ago, age, until};

function tick() {
  byId('clock').textContent = `${new Date(now()).toISOString().slice(11, 19)} UTC`;
  for (const [mode, words] of Object.entries(WORDS)) {
    for (const element of document.querySelectorAll(`[data-${mode}]`)) {
      const text = words(element.dataset[mode]);
      if (element.textContent !== text) element.textContent = text;
    }
  }
  if (view.failure) drawLive();
}

let wait = POLL;

async function poll() {
  try {
    const changed = await getPolicies();
    view.answered = now();
    view.failure = '';
    wait = POLL;
    if (changed) {
      view.list = changed;
      points.invalidate();
      drawAll();
    } else if (now() - view.drawn > REDRAW) {
      drawAll();  // marks move along the axis as time passes
    } else if (view.model) {
      list.render();  // asks again for points that did not come
    }
  } catch (error) {
    view.failure = error.name === 'TimeoutError' ? 'it takes too long' : error.message;
    wait = Math.min(SLOWEST_POLL, wait * 2);
  }
  drawLive();
  schedule();
}

let timer;
function schedule() {
  clearTimeout(timer);
  // A page that nobody looks at does not ask.
  if (!document.hidden) timer = setTimeout(poll, wait);
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(timer);
  if (!document.hidden) poll();
});
addEventListener('resize', () => {
  if (!view.model) return;
  drawAxis();
  drawList();
});
addEventListener('keydown', (event) => {
  const isWriting = event.target.matches('input');
  if (event.key === '/' && !isWriting && !details.open) {
    event.preventDefault();
    byId('search').focus();
  }
});
byId('search').addEventListener('input', (event) => {
  view.search = event.target.value;
  if (view.model) drawList();
});
byId('attention-more').addEventListener('click', () => {
  view.allFindings = !view.allFindings;
  drawAttention();
});

byId('legend').replaceChildren(...legend());
setInterval(tick, 1000);
tick();
poll();
