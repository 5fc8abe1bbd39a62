// Instants and durations in words. Time is the server's: a clock of this machine that is wrong must not make points old.

let ahead = 0;  // the server's clock minus ours, in milliseconds

export function setServerTime(date) {
  const told = Date.parse(date);
  if (Number.isFinite(told)) ahead = told - Date.now();
}

export const now = () => Date.now() + ahead;

const UNITS = [[365 * 86400, 'y'], [30 * 86400, 'mo'], [86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];

/** The two largest units of a length of time: `3 d 4 h`. */
export function length(milliseconds) {
  let rest = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [];
  for (const [size, unit] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) {
      parts.push(`${count} ${unit}`);
      rest -= count * size;
      if (parts.length === 2 || unit === 's') break;
    } else if (parts.length > 0) {
      break;
    }
  }
  return parts.join(' ') || '0 s';
}

export const age = (utc) => length(now() - Date.parse(utc));
export const ago = (utc) => `${age(utc)} ago`;

/** `in 12 min`, or `due now` when it has come. */
export function until(utc) {
  const left = Date.parse(utc) - now();
  return left > 0 ? `in ${length(left)}` : 'due now';
}

/** `2026-11-26 08:00:00 UTC`. */
export const instant = (utc) => `${utc.slice(0, 10)} ${utc.slice(11, 19)} UTC`;

/** `412 ms`, `3.2 s`. */
export const window_ = (ms) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(ms < 10000 ? 1 : 0)} s`);

/** `780 GiB`, `12.4 TiB`. */
export const size = (gib) => (gib < 10000 ? `${gib.toLocaleString('en')} GiB` : `${(gib / 1024).toFixed(1)} TiB`);
