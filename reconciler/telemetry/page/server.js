// What the page asks of the server. Answers that are the same as before are not sent again.

import {setServerTime} from './time.js';

const TIMEOUT = 15e3;
let policiesTag = '';

async function get(path, headers = {}) {
  const response = await fetch(path, {headers, cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT)});
  setServerTime(response.headers.get('Date'));
  if (response.status === 304) return response;
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response;
}

/** The PolicyStatusList; null if it has not changed. */
export async function getPolicies() {
  const response = await get('/api/v1/policies', policiesTag ? {'If-None-Match': policiesTag} : {});
  if (response.status === 304) return null;
  const list = await response.json();
  policiesTag = response.headers.get('ETag') ?? '';
  return list;
}

const MOST_AT_ONCE = 40;  // so that the request's head stays short

/** Points of datasets, as they are needed by rows that are seen. `version` says of which state of the world they are. */
export class PointStore {
  constructor(onArrived) {
    this.onArrived = onArrived;
    this.points = new Map();  // by key: {version, points}
    this.wanted = new Map();
    this.version = 0;
    this.busy = false;
  }

  /** The world has changed: what is here stays until what is new has come. */
  invalidate() {
    this.version += 1;
  }

  get(key) {
    return this.points.get(key)?.points;
  }

  /** Only the last wish counts: what has been scrolled past is not asked for. */
  want(datasets) {
    this.wanted = new Map(datasets.filter((dataset) => dataset.series.points.all > 0 &&
      this.points.get(dataset.key)?.version !== this.version).map((dataset) => [dataset.key, dataset]));
    this.fetchNext();
  }

  async fetchNext() {
    if (this.busy || this.wanted.size === 0) return;
    this.busy = true;
    const [first] = this.wanted.values();
    const together = [...this.wanted.values()].filter((dataset) => dataset.policy === first.policy).slice(0, MOST_AT_ONCE);
    const {version} = this;
    try {
      const query = new URLSearchParams([['cloud', first.policy.status.cloud], ['policy', first.policy.metadata.name]]);
      for (const server of new Set(together.map((dataset) => dataset.series.server))) query.append('server', server);
      const list = await (await get(`/api/v1/points?${query}`)).json();
      const found = new Map(together.map((dataset) => [dataset.key, []]));
      for (const {metadata, status} of list.items) {
        found.get(JSON.stringify([status.cloud, status.policy, status.server, status.dataset]))?.push({id: metadata.name, ...status});
      }
      for (const [key, points] of found) {
        this.points.set(key, {version, points});
        this.wanted.delete(key);
      }
      this.onArrived([...found.keys()]);
    } catch {
      this.wanted.clear();  // the next poll says what is wrong, and asks again
    }
    this.busy = false;
    this.fetchNext();
  }
}
