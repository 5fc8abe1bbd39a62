"""What exists, put together from the embedded cloud's journal: no look at it can miss anything."""
import dataclasses
import datetime

from .policies import INSTALLATION

LEVELS = {"unproven": 0, "crash": 1, "filesystem": 2, "application": 3}
KEY = "stillpoint."


def parse_utc(text):
    """-> milliseconds since the epoch."""
    when = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    return int(when.timestamp() * 1000)


@dataclasses.dataclass
class Snapshot:
    id: str
    volume: str
    metadata: dict
    created_ms: int
    status: str = "creating"
    available_ms: int = 0
    pinned_ms: int = 0

    def get(self, field):
        return self.metadata.get(KEY + field, "")

    @property
    def is_ours(self):
        return self.get("installation") == INSTALLATION

    @property
    def level(self):
        return LEVELS.get(self.get("consistency"), 0)


@dataclasses.dataclass
class Attempt:
    """The snapshots of one try at a slot's point."""
    id: str
    slot: str
    members: int
    hold_until_ms: int
    snapshots: dict = dataclasses.field(default_factory=dict)
    prune_began: bool = False  # while it was a good point
    good_since_ms: int = 0
    was_erased_from: bool = False  # by somebody

    def is_good(self, level):
        return (len(self.snapshots) == self.members and
                all(s.status == "available" and s.level >= level for s in self.snapshots.values()))


class Series:
    """The points of one dataset of one server under one policy."""

    def __init__(self, key, level):
        self.key = key
        self.level = level  # that a point must have to count
        self.slots = {}  # slot -> {attempt id: Attempt}
        self.lost_ms = []  # when somebody else made a good point less
        self.pruned_ms = []  # when the deletion of a good point that no other attempt stands for was asked for
        self.doubled_ms = {}  # slot -> since when it has had more than one good attempt

    def good_attempts(self, slot):
        return [a for a in self.slots.get(slot, {}).values() if a.is_good(self.level)]

    def good_slots(self):
        return sorted(slot for slot in self.slots if self.good_attempts(slot))

    def lost_since(self, ms):
        self.lost_ms = [at for at in self.lost_ms if at >= ms - 600_000]
        return sum(at >= ms for at in self.lost_ms)


class Truth:
    """`level_of` says which level a policy's points must have."""

    def __init__(self, level_of):
        self.level_of = level_of
        self.snapshots = {}
        self.detached = set()  # volumes
        self.series = {}
        self.counts = dict.fromkeys(
            ["points", "second attempts", "pruned", "superseded", "swept", "erased by somebody"], 0)

    def series_of(self, snapshot):
        key = (snapshot.get("policy"), snapshot.get("server"), snapshot.get("dataset"))
        if key not in self.series:
            self.series[key] = Series(key, self.level_of(key[0]))
        return self.series[key]

    def attempt_of(self, snapshot):
        slots = self.series_of(snapshot).slots
        return slots.get(snapshot.get("slot"), {}).get(snapshot.get("attempt"))

    def apply(self, event):
        what = event["what"]
        if what == "token":
            return
        if what == "detached":
            self.detached.add(event["volume"])
            return
        if what == "created":
            self.create(event)
            return
        snapshot = self.snapshots[event["id"]]
        before = self.goodness(snapshot)
        if what in ("status", "metadata"):
            self.change(snapshot, event)
        elif what in ("gone", "erased"):
            self.remove(snapshot, what)
        self.note_goodness(snapshot, before, event)

    def create(self, event):
        snapshot = Snapshot(event["id"], event["volume"], event["metadata"], event["at_ms"], event["status"])
        self.snapshots[snapshot.id] = snapshot
        if not snapshot.is_ours:
            return
        series = self.series_of(snapshot)
        attempts = series.slots.setdefault(snapshot.get("slot"), {})
        if attempts and snapshot.get("attempt") not in attempts:
            self.counts["second attempts"] += 1
        attempt = attempts.setdefault(snapshot.get("attempt"), Attempt(
            snapshot.get("attempt"), snapshot.get("slot"), int(snapshot.get("members")), parse_utc(snapshot.get("hold-until"))))
        attempt.snapshots[snapshot.id] = snapshot

    def change(self, snapshot, event):
        if event["status"] == "available" and snapshot.status == "creating":
            snapshot.available_ms = event["at_ms"]
        if KEY + "pin" in event["metadata"] and not snapshot.get("pin"):
            snapshot.pinned_ms = event["at_ms"]
        snapshot.status, snapshot.metadata = event["status"], event["metadata"]

    def remove(self, snapshot, what):
        del self.snapshots[snapshot.id]
        attempt = self.attempt_of(snapshot) if snapshot.is_ours else None
        if attempt is None:
            return
        del attempt.snapshots[snapshot.id]
        attempt.was_erased_from |= what == "erased"
        if not attempt.snapshots:
            slots = self.series_of(snapshot).slots
            del slots[attempt.slot][attempt.id]
            if not slots[attempt.slot]:
                del slots[attempt.slot]

    def goodness(self, snapshot):
        """-> how many good attempts the slot has, or nothing."""
        return len(self.series_of(snapshot).good_attempts(snapshot.get("slot"))) if snapshot.is_ours else None

    def note_goodness(self, snapshot, before, event):
        if before is None:
            return
        series, slot, now = self.series_of(snapshot), snapshot.get("slot"), event["at_ms"]
        after = self.goodness(snapshot)
        if after > before:
            self.counts["points"] += 1
            self.attempt_of(snapshot).good_since_ms = now
        if event["what"] == "erased":
            self.counts["erased by somebody"] += 1
            if after < before:
                series.lost_ms.append(now)
        if after > 1:
            series.doubled_ms.setdefault(slot, now)
        else:
            series.doubled_ms.pop(slot, None)
