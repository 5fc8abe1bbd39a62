"""The promises, held against what the cloud and the servers have seen. One function for each."""
import re
import time

from .policies import MAX_HOLD_S
from .truth import LEVELS

SWEEP_AFTER_MS = 60_000  # P3: after an attempt's hold-until
CLOCK_MS = 1_000  # a time in the metadata is in whole seconds
FRESH_MS = 61_000  # what is acted on may be so old
RELEASE_MS = 1_000  # P1: release is issued within maxHold and done in so much more
BUSY_MS = 1_000  # what a machine with many more processes than cores may add to either
PIN_MS = 8_000  # between the reading back and the deletion somebody may pin it; a request may take effect late
MASS_WINDOW_MS = 20_000
QUOTA_MS = 33_000  # from the preflight to the hold: what waited longer than 30 s looks again
MOST_PRUNED = 3  # two at once of a series, and one for a slot that came meanwhile
TOKEN = re.compile(rb"sim-[0-9a-f]{32,}")


class Promises:
    """Every violation is kept, with its promise and time."""

    def __init__(self, truth, holds, policies):
        self.truth, self.holds, self.policies = truth, holds, policies
        self.violations = []
        self.secrets = []
        self.longest_hold_ms = 0
        self.latest_release_ms = 0  # when it was asked for, after the hold began
        self.begun_checked = self.held_checked = 0
        self.labels_proven = 0
        self.not_to_be_pruned = {}  # policy -> since when, why, and the least number of points for which it is so
        self.quota_gone_ms = None

    def broken(self, promise, text):
        if len(self.violations) < 200:
            self.violations.append((time.strftime("%H:%M:%S", time.gmtime()), promise, text))

    # ---- each event of the cloud, before it is taken in and after

    def before(self, event):
        if event["what"] == "delete":
            self.check_delete(self.truth.snapshots[event["id"]], event["at_ms"])
        elif event["what"] == "metadata":
            self.check_label(self.truth.snapshots[event["id"]], event)
        elif event["what"] == "created":
            self.check_create(event)

    def check_create(self, event):
        metadata = event["metadata"]
        policy = self.policies.by_name.get(metadata.get("stillpoint.policy", ""))
        if metadata.get("stillpoint.installation") != "soak":
            return
        if metadata.get("stillpoint.consistency") != "unproven":
            self.broken("P2", f"snapshot {event['id']} is labelled from the beginning")
        key = tuple(metadata.get("stillpoint." + field) for field in ("policy", "server", "dataset"))
        series = self.truth.series.get(key)
        for good in series.good_attempts(metadata["stillpoint.slot"]) if series else []:
            if good.good_since_ms < event["at_ms"] - FRESH_MS:
                self.broken("P3", f"{policy.name}: a second attempt at {metadata['stillpoint.slot']}, which was complete")

    def check_label(self, snapshot, event):
        """P2: a level is written only on what was seen to be available, and one above crash only if it was held."""
        was = snapshot.level
        is_now = LEVELS.get(event["metadata"].get("stillpoint.consistency"), 0)
        if not snapshot.is_ours or is_now == was:
            return
        attempt = self.truth.attempt_of(snapshot)
        if any(not member.available_ms for member in attempt.snapshots.values()):
            self.broken("P2", f"snapshot {snapshot.id} is labelled before all members are available")
        if is_now <= LEVELS["crash"]:
            return
        hold = self.holds.by_attempt.get(attempt.id)
        self.labels_proven += 1
        if hold is None or not hold.verified_ms:
            self.broken("P2", f"attempt {attempt.id} is labelled and was not held, or not to the end")
            return
        for member in attempt.snapshots.values():
            if not hold.held_ms <= member.available_ms <= hold.verified_ms:
                self.broken("P2", f"attempt {attempt.id}: held from {hold.held_ms} to {hold.verified_ms}, and {member.id} "
                            f"was available at {member.available_ms}")

    def check_delete(self, snapshot, now):
        if not snapshot.is_ours:
            self.broken("P4", f"snapshot {snapshot.id} of somebody else was to be deleted")
            return
        if snapshot.get("pin") and snapshot.pinned_ms < now - PIN_MS:
            self.broken("P4", f"snapshot {snapshot.id} is pinned and was to be deleted")
        series, attempt = self.truth.series_of(snapshot), self.truth.attempt_of(snapshot)
        if attempt.prune_began:
            return  # the other members follow
        if not attempt.is_good(series.level):
            self.check_sweep(attempt, snapshot, now)
        elif len(series.good_attempts(attempt.slot)) > 1:
            attempt.prune_began = True
            self.truth.counts["superseded"] += 1
        else:
            attempt.prune_began = True
            self.check_prune(series, attempt, now)

    def check_sweep(self, attempt, snapshot, now):
        self.truth.counts["swept"] += 1
        if now < attempt.hold_until_ms + SWEEP_AFTER_MS - CLOCK_MS:
            self.broken("P3", f"attempt {attempt.id} of {snapshot.get('policy')} was swept "
                        f"{(now - attempt.hold_until_ms) / 1000:.1f} s after its hold-until")

    def check_prune(self, series, attempt, now):
        """P5, and the part of P6 that a series shows."""
        self.truth.counts["pruned"] += 1
        series.pruned_ms.append(now)
        policy = self.policies.by_name[series.key[0]]
        others = [slot for slot in series.good_slots() if slot != attempt.slot]
        lost = series.lost_since(now - FRESH_MS)
        if len(others) + lost < policy.floor:
            self.broken("P5", f"{policy.name}: {attempt.slot} was pruned, {len(others)} are left and the floor is {policy.floor}")
        newer = sum(slot > attempt.slot for slot in others)
        if newer + lost < policy.least_kept(now):
            self.broken("P5", f"{policy.name}: {attempt.slot} was pruned, {newer} are newer, and {policy.least_kept(now)} are kept")
        if sum(at > now - MASS_WINDOW_MS for at in series.pruned_ms) > MOST_PRUNED:
            self.broken("P6", f"{policy.name}: more than {MOST_PRUNED} points of {series.key[1]} pruned within "
                        f"{MASS_WINDOW_MS // 1000} s")
        since, why, least = self.not_to_be_pruned.get(policy.name, (None, "", 0))
        if since is not None and now > since and len(others) + 1 >= least and not self.has_pin(series):
            self.broken("P6", f"{policy.name}: {attempt.slot} was pruned, though {why}")

    # ---- now and then

    @staticmethod
    def now_ms():
        return int(time.time() * 1000)

    def quota_gone(self, gone):
        self.quota_gone_ms = self.now_ms() if gone else None

    def check_hold_begins(self, hold):
        """P10: never the writer. P9, of the quota: the preflight has looked, and looks again only after longer waits."""
        if any(policy.writer == hold.server for policy in self.policies.by_name.values()):
            self.broken("P10", f"{hold.server} is the writer and was held, for attempt {hold.attempt}")
        if self.quota_gone_ms is not None and hold.begun_ms > self.quota_gone_ms + QUOTA_MS:
            self.broken("P9", f"{hold.server}: held for attempt {hold.attempt} though the quota was gone for "
                        f"{hold.begun_ms - self.quota_gone_ms} ms")

    def check_holds(self, now):
        """P1 and P10. A hold is let go of in time, whoever was killed; no two members of a cluster are held at once."""
        for hold in self.holds.all[self.begun_checked:]:
            self.check_hold_begins(hold)
        self.begun_checked = len(self.holds.all)
        for hold in self.holds.all[self.held_checked:]:
            if not hold.released_ms:
                self.check_open_hold(hold, now)
        while self.held_checked < len(self.holds.all) and self.holds.all[self.held_checked].released_ms:
            self.check_ended_hold(self.holds.all[self.held_checked])
            self.held_checked += 1
        members = {name for policy in self.policies.by_name.values() if policy.cluster for name in policy.servers}
        held = [hold for name, hold in self.holds.open.items() if name in members]
        if len(held) > 1:
            self.broken("P10", "held at once: " + ", ".join(f"{hold.server} by {hold.attempt}" for hold in held))

    def check_ended_hold(self, hold):
        asked, took = hold.asked_to_release_ms - hold.begun_ms, hold.released_ms - hold.begun_ms
        if hold.may_be_late:  # our own doing: what is promised then is that it was asked in time
            took = asked
        self.longest_hold_ms = max(self.longest_hold_ms, took)
        self.latest_release_ms = max(self.latest_release_ms, asked)
        if asked > MAX_HOLD_S * 1000 + BUSY_MS or took > MAX_HOLD_S * 1000 + RELEASE_MS + BUSY_MS:
            self.broken("P1", f"{hold.server}: attempt {hold.attempt} was to be released after {asked} ms and was after {took} ms")

    def check_open_hold(self, hold, now):
        late = now - hold.begun_ms - MAX_HOLD_S * 1000 - RELEASE_MS
        if late > 15_000:  # said once it is over as well; this is for one that never is
            self.broken("P1", f"{hold.server}: attempt {hold.attempt} is held since {now - hold.begun_ms} ms")

    def check_text(self, where, text):
        """P11."""
        for secret in self.secrets:
            if secret in text:
                self.broken("P11", f"a secret is in {where}")
        if TOKEN.search(text):
            self.broken("P11", f"a token is in {where}")

    def check_doubles(self, now, longest_ms):
        for key, series in self.truth.series.items():
            for slot, since in list(series.doubled_ms.items()):
                if now - since > longest_ms:
                    self.broken("P3", f"{key[0]}: {slot} has had two complete attempts for {(now - since) / 1000:.0f} s")
                    series.doubled_ms[slot] = now

    def leftovers(self):
        """What there is that no rule keeps: for the end, when no fault comes any more."""
        found = []
        for key, series in self.truth.series.items():
            policy = self.policies.by_name[key[0]]
            for slot, attempts in series.slots.items():
                for attempt in attempts.values():
                    if not attempt.is_good(series.level):
                        levels = ",".join(f"{s.status}/{s.get('consistency')}" for s in attempt.snapshots.values())
                        found.append(f"{key[0]} {slot}: attempt {attempt.id} is left over ({levels})")
                if len(series.good_attempts(slot)) > 1:
                    found.append(f"{key[0]} {slot}: more than one complete attempt")
            kept = [slot for slot in series.good_slots() if not self.is_pinned(series, slot)]
            if len(kept) > policy.keep:
                found.append(f"{key[0]} on {key[1]}: {len(kept)} points and {policy.keep} are to be kept")
        return found

    def has_pin(self, series):
        return any(self.is_pinned(series, slot) for slot in series.slots)

    @staticmethod
    def is_pinned(series, slot):
        return any(s.get("pin") for a in series.slots[slot].values() for s in a.snapshots.values())
