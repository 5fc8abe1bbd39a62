// A dataset's points along an axis of age. It is logarithmic, because points are close in the last days and rare in the
// last years; all datasets share it, so that a gap shows as a gap.

import {h, shown, svg} from './dom.js';
import {age, instant, now, window_} from './time.js';

const MINUTE = 60e3, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const TICKS = [[HOUR, '1 h'], [6 * HOUR, '6 h'], [DAY, '1 d'], [3 * DAY, '3 d'], [7 * DAY, '1 w'], [30 * DAY, '1 mo'],
  [91 * DAY, '3 mo'], [365 * DAY, '1 y'], [730 * DAY, '2 y'], [1825 * DAY, '5 y'], [3650 * DAY, '10 y']];
const MARGIN = 10;
const KNEE = 45 * MINUTE;

/** Maps an age to a place between 0 and `width`; the newest is on the right. */
export class Axis {
  constructor(width, oldest) {
    const oldestAge = oldest ? now() - Date.parse(oldest) : DAY;
    this.width = width;
    this.span = Math.max(DAY, oldestAge * 1.03);
  }

  at(utc) {
    const old = Math.max(0, now() - Date.parse(utc));
    const part = Math.log1p(old / KNEE) / Math.log1p(this.span / KNEE);
    return this.width - MARGIN - Math.min(1, part) * (this.width - 2 * MARGIN);
  }

  /** Those of the ticks that have room. */
  ticks() {
    const places = [];
    let last = this.width - MARGIN;
    for (const [length, word] of TICKS) {
      if (length > this.span) break;
      const x = this.at(new Date(now() - length).toISOString());
      if (last - x < 42) continue;
      places.push({x, word});
      last = x;
    }
    return places;
  }
}

/** The axis's words, for above all rows. */
export function axisLabels(axis) {
  const labels = svg('svg', {width: axis.width, height: 16, class: 'axis-labels'});
  labels.append(svg('text', {x: axis.width - MARGIN, y: 12, 'text-anchor': 'end'}, 'now'));
  for (const {x, word} of axis.ticks()) labels.append(svg('text', {x, y: 12, 'text-anchor': 'middle'}, word));
  return labels;
}

/** What kind of mark a point gets. */
export function kindOf(point) {
  if (point.keptBy === 'InFlight') return 'inflight';
  return point.state === 'complete' ? point.consistency : point.state;
}

/** One mark; shapes differ as colours do. */
export function mark(kind, x, y, size) {
  switch (kind) {
    case 'application': return svg('circle', {class: 'm application', cx: x, cy: y, r: size});
    case 'filesystem': return svg('rect', {class: 'm filesystem', x: x - size * 0.9, y: y - size * 0.9, width: size * 1.8, height: size * 1.8, rx: 1});
    case 'crash': return svg('path', {class: 'm crash', d: `M${x} ${y - size * 1.15}l${size * 1.2} ${size * 2.1}h${-2.4 * size}z`});
    case 'incomplete': return svg('path', {class: 'm incomplete', d: `M${x - size} ${y - size}l${2 * size} ${2 * size}m0 ${-2 * size}l${-2 * size} ${2 * size}`});
    default: return svg('circle', {class: `m ${kind}`, cx: x, cy: y, r: size - 0.5});
  }
}

function describe(point) {
  const lines = [`${instant(point.slot)}: ${point.state}, ${point.consistency}`];
  if (point.heldMs !== undefined) lines.push(`held for ${window_(point.heldMs)}`);
  if (point.pin) lines.push(`pinned by ${shown(point.pin)}`);
  if (point.why) lines.push(shown(point.why));
  return lines.join('\n');
}

/** Marks of all points, what is overdue as a bar, the axis as lines. `points` undefined: they are not here yet. */
export function timeline(axis, points, series, size = 4, height = 28) {
  const middle = height / 2;
  const picture = svg('svg', {width: axis.width, height, class: 'timeline', role: 'img',
    'aria-label': `${series.points.good} good of ${series.points.all} points` + (series.lastGood ? `, the newest ${age(series.lastGood)} old` : '')});
  for (const {x} of axis.ticks()) picture.append(svg('line', {class: 'grid', x1: x, x2: x, y1: 0, y2: height}));
  picture.append(svg('line', {class: 'base', x1: MARGIN, x2: axis.width - MARGIN, y1: middle, y2: middle}));
  if (series.overdueSince) {
    const from = Math.min(axis.at(series.overdueSince), axis.width - MARGIN - 4);
    picture.append(svg('rect', {class: 'late', x: from, width: axis.width - MARGIN - from, y: middle - 4, height: 8, rx: 2},
      svg('title', {}, `overdue since ${instant(series.overdueSince)}`)));
  }
  for (const point of points ?? []) {
    const x = axis.at(point.slot);
    const group = svg('g', {class: point.goes ? 'goes' : undefined}, svg('title', {}, describe(point)));
    if (point.pin) group.append(svg('path', {class: 'pin', d: `M${x} ${middle - size - 2}v-3m-3 0h6`}));
    group.append(mark(kindOf(point), x, middle, size));
    picture.append(group);
  }
  return picture;
}

/** The legend of the marks that the page knows. */
export function legend() {
  const entry = (kind, text) => h('li', {}, svg('svg', {width: 16, height: 16, 'aria-hidden': 'true'}, mark(kind, 8, 8, 4)), text);
  const special = (picture, text) => h('li', {}, svg('svg', {width: 16, height: 16, 'aria-hidden': 'true'}, picture), text);
  return [
    entry('application', 'application'), entry('filesystem', 'filesystem'), entry('crash', 'crash-consistent'),
    entry('unproven', 'unproven'), entry('incomplete', 'incomplete'), entry('inflight', 'may be held now'),
    special(svg('g', {}, svg('path', {class: 'pin', d: 'M8 5v-3m-3 0h6'}), mark('application', 8, 10, 3.5)), 'pinned'),
    special(svg('g', {class: 'goes'}, mark('application', 8, 8, 4)), 'will be pruned'),
    special(svg('rect', {class: 'late', x: 1, y: 4, width: 14, height: 8, rx: 2}), 'overdue'),
  ];
}
