// What the answers of the server mean for people: the state of each dataset, what comes first, what needs attention.

/** From worst to best. `symbol` and `word` say the same as the colour. */
export const STATES = {
  overdue: {word: 'Overdue', tone: 'bad'},
  failed: {word: 'Attempt failed', tone: 'warn'},
  waiting: {word: 'No point yet', tone: 'warn'},
  unknown: {word: 'Unknown', tone: 'warn'},
  orphaned: {word: 'Orphaned', tone: 'idle'},
  suspended: {word: 'Suspended', tone: 'idle'},
  deleted: {word: 'Deleted', tone: 'idle'},
  protected: {word: 'Protected', tone: 'good'},
};
const RANK = Object.fromEntries(Object.keys(STATES).map((name, rank) => [name, rank]));
const GOOD_WHEN_TRUE = new Set(['Ready', 'Scheduled', 'Protected']);

export const isGood = (condition) => condition.status === (GOOD_WHEN_TRUE.has(condition.type) ? 'True' : 'False');

export const conditionOf = (policy, type) => policy.status.conditions.find((condition) => condition.type === type);

const isAskedFor = (series) => !series.orphaned || series.orphaned === 'VolumesGone';

function stateOf(policy, series) {
  if (policy.status.phase === 'Deleted') return 'deleted';
  if (!isAskedFor(series)) return 'orphaned';
  if (policy.status.phase === 'Suspended') return 'suspended';
  if (series.overdueSince) return 'overdue';
  if (series.failure) return 'failed';
  return series.lastGood ? 'protected' : 'waiting';
}

/** A policy of a cloud that was never read has no datasets to show; one row stands for them. */
const unread = (policy) => ({
  server: '', serverName: '', dataset: 'not read yet', missed: 0, points: {all: 0, good: 0, gigabytes: 0},
  trouble: conditionOf(policy, 'Ready')?.message,
});

/** `web-2` before `web-10`. */
const names = new Intl.Collator('en', {numeric: true});

const byUrgency = (a, b) => RANK[a.state] - RANK[b.state] ||
  (a.series.overdueSince ?? '').localeCompare(b.series.overdueSince ?? '') ||
  names.compare(a.series.serverName, b.series.serverName) || names.compare(a.series.dataset, b.series.dataset);

function datasetsOf(policy) {
  const isUnread = policy.status.series.length === 0 && conditionOf(policy, 'Ready')?.reason === 'CloudUnread';
  return (isUnread ? [unread(policy)] : policy.status.series).map((series) => ({
    key: JSON.stringify([policy.status.cloud, policy.metadata.name, series.server, series.dataset]),
    policy,
    series,
    state: isUnread ? 'unknown' : stateOf(policy, series),
    // Names as they are searched, once and not at every key.
    haystack: [policy.metadata.name, policy.status.cloud, series.serverName, series.server, series.dataset].join('\n').toLowerCase(),
  })).sort(byUrgency);
}

/** All that the page shows of a PolicyStatusList. */
export function derive(list) {
  const groups = list.items.map((policy) => {
    const datasets = datasetsOf(policy);
    return {policy, datasets, worst: datasets[0]?.state ?? (policy.status.phase === 'InForce' ? 'waiting' : 'suspended')};
  }).sort((a, b) => RANK[a.worst] - RANK[b.worst] ||
    (a.datasets[0]?.series.overdueSince ?? '').localeCompare(b.datasets[0]?.series.overdueSince ?? '') ||
    names.compare(a.policy.metadata.name, b.policy.metadata.name));
  const counts = Object.fromEntries(Object.keys(STATES).map((state) => [state, 0]));
  const totals = {datasets: 0, held: 0, points: 0, gigabytes: 0, oldest: null, nextSlot: null};
  for (const {policy, datasets} of groups) {
    const next = policy.status.nextSlot;
    if (next && policy.status.phase === 'InForce' && (!totals.nextSlot || next < totals.nextSlot)) totals.nextSlot = next;
    for (const {series, state} of datasets) {
      counts[state] += 1;
      totals.datasets += 1;
      totals.held += series.doing ? 1 : 0;
      totals.points += series.points.good;
      totals.gigabytes += series.points.gigabytes;
      const oldest = series.points.oldestSlot;
      if (oldest && (!totals.oldest || oldest < totals.oldest)) totals.oldest = oldest;
    }
  }
  return {groups, counts, totals, attention: attentionOf(groups, list.clouds)};
}

const named = (dataset) => `${dataset.series.dataset} of ${dataset.series.serverName}`;
const andMore = (datasets) => named(datasets[0]) + (datasets.length > 1 ? ` and ${datasets.length - 1} more` : '');

/** Conditions that the datasets' own states do not tell. */
const TOLD_APART = new Set(['PruneBlocked', 'Conflict', 'Orphaned', 'ClockSuspect']);

function* findingsOf({policy, datasets}) {
  const about = {policy};
  const said = [];
  for (const state of ['overdue', 'failed', 'waiting']) {
    const hit = datasets.filter((dataset) => dataset.state === state);
    if (hit.length === 0) continue;
    const {series} = hit[0];
    const blocked = conditionOf(policy, 'Ready');
    const why = series.trouble || (blocked?.status === 'False' ? blocked.message : '');
    if (why) said.push(why);
    yield {
      ...about, dataset: hit[0], tone: STATES[state].tone, word: STATES[state].word, what: andMore(hit),
      since: series.overdueSince ?? series.failure?.since, why,
    };
  }
  if (policy.status.phase === 'Suspended') return;
  const told = datasets.some(({state}) => ['overdue', 'failed', 'waiting'].includes(state)) ||
    conditionOf(policy, 'Conflict')?.status === 'True' || conditionOf(policy, 'ClockSuspect')?.status === 'True';
  for (const condition of policy.status.conditions) {
    const isBlocked = condition.type === 'Ready' && condition.status === 'False' && policy.status.phase === 'InForce' && !told;
    if (said.some((why) => condition.message.includes(why))) continue;
    if (isBlocked || (TOLD_APART.has(condition.type) && condition.status === 'True')) {
      yield {
        ...about, tone: condition.type === 'Orphaned' ? 'idle' : 'warn', word: isBlocked ? condition.reason : condition.type,
        what: '', since: condition.lastTransitionTime, why: condition.message,
      };
    }
  }
}

function attentionOf(groups, clouds) {
  const order = {bad: 0, warn: 1, idle: 2};
  const findings = clouds.filter((cloud) => cloud.error).map((cloud) => ({
    cloud, tone: 'bad', word: 'Cloud not read', what: '', since: cloud.observed, why: cloud.error,
  }));
  for (const group of groups) findings.push(...findingsOf(group));
  return findings.sort((a, b) => order[a.tone] - order[b.tone] || (a.since ?? '').localeCompare(b.since ?? ''));
}
