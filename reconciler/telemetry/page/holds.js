// Hold windows as bars: how long each of the newest points kept its dataset still.

import {svg} from './dom.js';
import {instant, window_} from './time.js';

const newestHeld = (points, most) => (points ?? []).filter((point) => point.heldMs !== undefined).slice(-most);

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : sorted[Math.floor((sorted.length - 1) / 2)];
}

/** A row's small chart: bars without words. */
export function holdBars(points, width, height = 26) {
  const picture = svg('svg', {width, height, class: 'holds', role: 'img'});
  const held = newestHeld(points, Math.floor(width / 5));
  const most = Math.max(...held.map((point) => point.heldMs), 1);
  picture.setAttribute('aria-label', held.length === 0 ? 'no hold windows' : `hold windows, the longest ${window_(most)}`);
  held.forEach((point, index) => {
    const tall = Math.max(2, (point.heldMs / most) * (height - 4));
    const x = width - (held.length - index) * 5;
    picture.append(svg('rect', {class: 'hold', x, y: height - 1 - tall, width: 3.5, height: tall, rx: 0.75},
      svg('title', {}, `${instant(point.slot)}: ${window_(point.heldMs)}`)));
  });
  return picture;
}

/** The chart of the details, with a scale and the median. */
export function holdChart(points, width, height = 120) {
  const left = 56;
  const held = newestHeld(points, Math.floor((width - left) / 9));
  if (held.length === 0) return null;
  const most = Math.max(...held.map((point) => point.heldMs));
  const middle = median(held.map((point) => point.heldMs));
  const up = (ms) => height - 18 - (ms / most) * (height - 34);
  const picture = svg('svg', {width, height, class: 'hold-chart', role: 'img',
    'aria-label': `${held.length} hold windows, median ${window_(middle)}, longest ${window_(most)}`});
  for (const ms of [most, most / 2]) {
    picture.append(svg('line', {class: 'grid', x1: left, x2: width, y1: up(ms), y2: up(ms)}),
      svg('text', {x: left - 8, y: up(ms) + 4, 'text-anchor': 'end'}, window_(Math.round(ms))));
  }
  const step = Math.min(22, (width - left) / held.length);
  held.forEach((point, index) => {
    picture.append(svg('rect', {class: 'hold', x: left + index * step + 1, y: up(point.heldMs), width: step - 2,
      height: height - 18 - up(point.heldMs), rx: 1.5}, svg('title', {}, `${instant(point.slot)}: ${window_(point.heldMs)}`)));
  });
  const right = left + held.length * step;
  picture.append(svg('line', {class: 'median', x1: left, x2: right, y1: up(middle), y2: up(middle)}),
    svg('line', {class: 'base', x1: left, x2: width, y1: height - 18, y2: height - 18}),
    svg('text', {x: left, y: height - 4}, held[0].slot.slice(0, 10)),
    svg('text', {x: Math.min(width, Math.max(right, left + 150)), y: height - 4, 'text-anchor': 'end'}, held.at(-1).slot.slice(0, 10)));
  return {picture, middle, most, count: held.length};
}
