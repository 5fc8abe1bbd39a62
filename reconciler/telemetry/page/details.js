// The sheet with all that is known of one dataset, or of one policy.

import {byId, h, redraw, shown} from './dom.js';
import {holdChart} from './holds.js';
import {STATES, isGood} from './model.js';
import {Axis, axisLabels, kindOf, timeline} from './timeline.js';
import {ago, age, instant, length, size, until, window_} from './time.js';

const MOST_POINTS = 100;

export const badge = (state) => h('span', {class: `badge ${STATES[state].tone}`}, STATES[state].word);

const fact = (name, ...value) => h('div', {}, h('dt', {}, name), h('dd', {}, ...value));
const when = (utc, words) => (utc ? h('time', {datetime: utc, title: instant(utc)}, words(utc)) : '–');

function conditionRow(condition) {
  const tone = isGood(condition) ? 'good' : condition.status === 'Unknown' ? 'idle' : 'warn';
  return h('tr', {},
    h('td', {}, h('span', {class: `dot ${tone}`, 'aria-hidden': 'true'}), condition.type),
    h('td', {}, condition.status),
    h('td', {}, h('strong', {}, shown(condition.reason)), h('span', {class: 'message'}, shown(condition.message))),
    h('td', {class: 'end'}, when(condition.lastTransitionTime, age)));
}

function conditions(policy) {
  const sorted = [...policy.status.conditions].sort((a, b) => isGood(a) - isGood(b));
  return h('section', {}, h('h3', {}, 'Conditions of the policy'), h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Conditions'},
    h('table', {}, h('thead', {}, h('tr', {}, ['Condition', 'Status', 'Reason', 'For'].map((word, index) => h('th', {scope: 'col', class: index === 3 ? 'end' : undefined}, word)))),
      h('tbody', {}, sorted.map(conditionRow)))));
}

export function eventItem(event) {
  const place = [event.cloud, event.policy, event.serverName, event.dataset, event.file].filter(Boolean).map(shown).join(' · ');
  return h('li', {class: event.type === 'Warning' ? 'warn' : 'good'},
    h('span', {class: 'event-head'}, h('strong', {}, shown(event.reason)), event.count > 1 && h('span', {class: 'times'}, `×${event.count}`),
      h('time', {class: 'muted', datetime: event.lastTimestamp, title: instant(event.lastTimestamp)}, ago(event.lastTimestamp))),
    h('span', {class: 'message'}, shown(event.message)), place && h('span', {class: 'muted place'}, place));
}

function eventsSection(events) {
  if (events.length === 0) return null;
  return h('section', {}, h('h3', {}, 'Events'), h('ol', {class: 'events'}, events.slice(0, 50).map(eventItem)));
}

function pointRow(point) {
  const held = point.heldMs === undefined ? '–' : window_(point.heldMs);
  return h('tr', {class: point.goes ? 'goes' : undefined},
    h('td', {}, h('span', {class: 'nowrap'}, instant(point.slot)), h('span', {class: 'message mono'}, shown(point.id))),
    h('td', {}, point.state === 'complete' ? point.consistency : point.state, kindOf(point) === 'inflight' && ' (now)'),
    h('td', {class: 'end nowrap'}, held),
    h('td', {}, h('strong', {}, point.goes ? `goes: ${shown(point.keptBy)}` : shown(point.keptBy || '–')), point.pin && h('span', {class: 'pinned'}, `pinned by ${shown(point.pin)}${point.pinUntil ? ` until ${shown(point.pinUntil)}` : ''}`),
      h('span', {class: 'message'}, shown(point.why))),
    h('td', {class: 'end nowrap'}, size(point.gigabytes)));
}

function pointsTable(points, limit, showAll) {
  const newest = [...points].reverse();
  const more = newest.length > limit && h('button', {type: 'button', class: 'quiet', onclick: showAll}, `Show all ${newest.length} points`);
  return h('section', {}, h('h3', {}, `Points (${points.length})`), h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Points'},
    h('table', {}, h('thead', {}, h('tr', {}, [['Slot'], ['Consistency'], ['Held', 'end'], ['Kept by'], ['Size', 'end']].map(([word, side]) => h('th', {scope: 'col', class: side}, word)))),
      h('tbody', {}, newest.slice(0, limit).map(pointRow)))), more);
}

function datasetFacts({policy, series, state}) {
  return h('dl', {class: 'facts'},
    fact('State', badge(state), series.doing && h('span', {class: 'badge live-badge'}, shown(series.doing))),
    series.overdueSince && fact('Overdue for', when(series.overdueSince, age)),
    fact('Newest good point', when(series.lastGood, ago)),
    fact('Next slot', when(policy.status.nextSlot, until)),
    fact('Points', `${series.points.good} good of ${series.points.all}, ${size(series.points.gigabytes)}`),
    fact('Requires', series.require ?? '–'),
    series.missed > 0 && fact('Missed slots', String(series.missed)),
    fact('Server', h('span', {class: 'mono'}, shown(series.server))));
}

function policyFacts({policy, datasets}) {
  const {status} = policy;
  return h('dl', {class: 'facts'},
    fact('Phase', status.phase),
    fact('Cloud', shown(status.cloud) || 'from the environment'),
    fact('Next slot', when(status.nextSlot, until), status.nextSlot && h('span', {class: 'message'}, instant(status.nextSlot))),
    fact('Latest slot', when(status.lastSlot, ago)),
    fact('Interval', status.intervalSeconds ? length(status.intervalSeconds * 1000) : '–'),
    fact('Datasets', String(datasets.length)),
    fact('Spec', h('span', {class: 'mono'}, status.observedSpecHash ? status.observedSpecHash.slice(0, 16) : '–')));
}

/** One sheet; what it shows is drawn anew when the world changes. */
export class Details {
  constructor() {
    this.dialog = byId('details');
    this.dialog.addEventListener('close', () => {
      this.draw = null;
    });
    this.dialog.addEventListener('click', (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
  }

  get open() {
    return this.dialog.open;
  }

  /** `draw()` gives {title, subtitle, parts}; null ends it: what it was about has gone. */
  show(draw) {
    this.draw = draw;
    this.refresh();
    if (this.draw && !this.dialog.open) this.dialog.showModal();
    this.dialog.scrollTop = 0;
  }

  refresh() {
    if (!this.draw) return;
    const content = this.draw(Math.max(260, Math.min(innerWidth - 32, 980) - 84));
    if (content === null) {
      this.dialog.close();
      return;
    }
    const top = this.dialog.scrollTop;
    const close = h('button', {type: 'button', class: 'close', 'aria-label': 'Close', onclick: () => this.dialog.close()}, '✕');
    redraw(this.dialog,
      h('header', {}, h('div', {}, h('h2', {id: 'details-title'}, content.title), h('p', {class: 'muted'}, content.subtitle)), close),
      ...content.parts.filter(Boolean));
    this.dialog.scrollTop = top;
  }
}

export function datasetContent(dataset, points, events, width, limit, showAll) {
  const {policy, series, state} = dataset;
  const axis = new Axis(width, series.points.oldestSlot);
  const chart = points && holdChart(points, width);
  return {
    title: `${shown(series.dataset)} of ${shown(series.serverName)}`,
    subtitle: `Policy ${shown(policy.metadata.name)}${policy.status.cloud ? ` in ${shown(policy.status.cloud)}` : ''}`,
    parts: [
      datasetFacts(dataset),
      series.trouble && h('p', {class: `trouble ${STATES[state].tone}`}, shown(series.trouble)),
      h('section', {}, h('h3', {}, 'Timeline'), timeline(axis, points, series, 6, 44), axisLabels(axis)),
      chart && h('section', {}, h('h3', {}, 'Hold windows', h('span', {class: 'muted aside'}, `median ${window_(chart.middle)}, longest ${window_(chart.most)} of ${chart.count}`)), chart.picture),
      points && points.length > 0 && pointsTable(points, limit, showAll),
      conditions(policy),
      eventsSection(events),
    ],
  };
}

export function policyContent(group, events) {
  const {policy} = group;
  return {
    title: shown(policy.metadata.name),
    subtitle: policy.status.phase === 'Unknown' ? 'No policy has this name: its points are orphans' : 'Policy',
    parts: [policyFacts(group), conditions(policy), eventsSection(events)],
  };
}

export {MOST_POINTS};
