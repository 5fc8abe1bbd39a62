// The rows of the list: a policy's heading, and its datasets.

import {h, shown} from './dom.js';
import {badge} from './details.js';
import {holdBars} from './holds.js';
import {isGood} from './model.js';
import {timeline} from './timeline.js';
import {age, ago, instant, until, window_} from './time.js';

export const POLICY_HEIGHT = 58;
export const DATASET_HEIGHT = 50;

/** Times in rows are kept up to date by themselves: `data-since` and `data-until` are read once a second. */
export const since = (utc, words = ago, mode = 'ago') => h('time', {datetime: utc, title: instant(utc), [`data-${mode}`]: utc}, words(utc));

function chips(policy) {
  // Of what is given up, or rests, only what is wrong with its points is news.
  const quiet = policy.status.phase === 'InForce' ? [] : ['Ready', 'Scheduled', 'Protected'];
  return policy.status.conditions.filter((condition) => !isGood(condition) && condition.status !== 'Unknown' && !quiet.includes(condition.type))
    .map((condition) => h('span', {class: 'chip', title: shown(condition.message)}, condition.status === 'True' ? condition.type : `Not ${condition.type.toLowerCase()}`));
}

const PHASES = {Suspended: 'Suspended', Deleted: 'Deleted', Unknown: 'No such policy'};

export function policyRow(group, isOpen, onOpen, onToggle) {
  const {policy, datasets} = group;
  const {status} = policy;
  const good = datasets.filter((dataset) => dataset.state === 'protected').length;
  const name = shown(policy.metadata.name);
  const phase = PHASES[status.phase];
  return h('div', {class: 'row policy'},
    h('div', {class: 'policy-name'},
      h('button', {type: 'button', class: 'toggle', 'aria-expanded': String(isOpen), 'aria-label': `Datasets of ${name}`, onclick: onToggle}, h('span', {class: 'triangle', 'aria-hidden': 'true'})),
      h('button', {type: 'button', class: 'name', onclick: onOpen}, name),
      status.cloud && h('span', {class: 'muted cloud-name'}, shown(status.cloud)),
      phase && h('span', {class: 'badge idle'}, phase)),
    h('div', {class: 'chips'}, chips(policy)),
    h('div', {class: 'policy-count'}, `${good} of ${datasets.length} protected`),
    h('div', {class: 'end'}, status.nextSlot && status.phase === 'InForce' ? ['next slot ', since(status.nextSlot, until, 'until')] : h('span', {class: 'muted'}, 'no slot to come')));
}

function newest(series, state) {
  if (state === 'overdue') return [h('strong', {class: 'bad-text'}, 'overdue ', since(series.overdueSince, age, 'age')), h('span', {class: 'message'}, series.lastGood ? ['last ', since(series.lastGood)] : 'never had one')];
  if (!series.lastGood) return h('span', {class: 'muted'}, 'none yet');
  return [since(series.lastGood), h('span', {class: 'message'}, `${series.points.good} good of ${series.points.all}`)];
}

export function datasetRow(dataset, points, axis, widths, onOpen) {
  const {series, state} = dataset;
  const newestHeld = points?.findLast?.((point) => point.heldMs !== undefined);
  return h('div', {class: `row dataset ${state}`},
    h('div', {class: 'dataset-name'},
      h('button', {type: 'button', class: 'name', onclick: onOpen}, h('span', {class: 'clip'}, shown(series.dataset)), h('span', {class: 'muted clip'}, shown(series.serverName))),
      h('span', {class: 'badges'}, badge(state), series.doing && h('span', {class: 'badge live-badge'}, shown(series.doing)))),
    h('div', {class: 'cell-timeline'}, timeline(axis, points, series)),
    h('div', {class: 'cell-holds'}, holdBars(points, widths.holds), h('span', {class: 'held'}, newestHeld ? window_(newestHeld.heldMs) : '')),
    h('div', {class: 'end cell-newest'}, newest(series, state)));
}

