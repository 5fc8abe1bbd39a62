"""What goes wrong beside the kills: random faults of the cloud, outages, sshds, programs, pins, edits, quotas. And the
administrator, who mends what only an administrator can."""
from .servers import KNOBS
from .truth import KEY

EDIT_HOLDS_S = 25


class Mischief:
    """`tick` begins and ends things; every time is in seconds of the soak. `pause_s` is the mean time between two of one
    sort."""

    def __init__(self, cloud, lab, policies, truth, promises, random, server_of_volume,
                 options):
        self.cloud, self.lab, self.policies = cloud, lab, policies
        self.truth, self.promises, self.random = truth, promises, random
        self.rate, self.seed = options.rate, options.seed
        self.server_of_volume = server_of_volume
        self.longest_quota = 60 if options.seconds >= 300 else 15
        self.plans = 0
        self.plan_is_on = False
        self.counts = {}
        self.ends = []  # (when, function)
        self.begun_faults = {}
        pause = max(6.0, options.seconds / 60)
        self.sorts = [[self.outage, 4 * pause, 0], [self.program_fails, pause, 0], [self.sshd_crashes, 3 * pause, 0],
                      [self.somebody_pins, 3 * pause, 0], [self.edit_too_far, 4 * pause, 0], [self.bad_file, 2 * pause, 0],
                      [self.file_vanishes, 3 * pause, 0], [self.quota_is_gone, 5 * pause, 0],
                      [self.tokens_are_revoked, 2 * pause, 0], [self.administrator, 5.0, 0]]
        for sort in self.sorts:
            sort[2] = self.random.expovariate(1 / sort[1])

    # ---- faults of requests

    def begin_plan(self):
        """A plan counts requests from its beginning, so each has a seed of its own."""
        self.plans += 1
        self.cloud.control("POST", "fault-plan", {"seed": self.seed * 1000 + self.plans, "rate": self.rate, "kinds":
                           [kind["name"] for kind in self.cloud.control("GET", "fault-kinds")["kinds"]],
                           "longest_ms": 5500})
        self.plan_is_on = True

    def end_faults(self):
        """The counts are kept by the cloud until the next plan."""
        for kind, count in self.cloud.control("GET", "faults")["injected"].items():
            self.begun_faults[kind] = self.begun_faults.get(kind, 0) + count
        self.cloud.control("DELETE", "faults")
        self.plan_is_on = False

    # ---- when

    def tick(self, now):
        for ending in [ending for ending in self.ends if ending[0] <= now]:
            self.ends.remove(ending)
            ending[1]()
        for sort in self.sorts:
            if now >= sort[2]:
                sort[2] = now + self.random.expovariate(1 / sort[1])
                if sort[0](now):
                    name = sort[0].__name__.replace("_", " ")
                    self.counts[name] = self.counts.get(name, 0) + 1

    def end(self):
        """Everything that was begun ends, and nothing new begins."""
        for _, function in self.ends:
            function()
        self.ends = []
        for server in self.lab.servers:
            server.turn_back()
        if self.plan_is_on:
            self.end_faults()
        self.administrator(None)

    def later(self, when, function):
        self.ends.append((when, function))

    # ---- the sorts; each returns whether it did anything

    def outage(self, now):
        """Every service answers 503 for some seconds."""
        if not self.plan_is_on:
            return False
        self.end_faults()
        self.cloud.control("POST", "faults", {"path_regex": "^/(volume|compute|identity)/", "count": -1, "status": 503,
                                              "body": "down", "headers": {"Retry-After": "1"}})
        def over():
            self.cloud.control("DELETE", "faults")
            self.begin_plan()
        self.later(now + self.random.uniform(2, 8), over)
        return True

    def program_fails(self, _):
        if not self.lab.servers:
            return False
        self.random.choice(self.lab.servers).turn(self.random.choice(KNOBS))
        return True

    def sshd_crashes(self, now):
        up = [server for server in self.lab.servers if not server.sshd_is_down]
        if not up:
            return False
        server = self.random.choice(up)
        server.crash_sshd()
        self.later(now + self.random.uniform(1, 10), server.start_sshd)
        return True

    def somebody_pins(self, _):
        """A point that is complete, and so would be pruned one day."""
        good = [series for series in self.truth.series.values() if series.good_slots()]
        if not good:
            return False
        series = self.random.choice(sorted(good, key=lambda one: one.key))
        slot = series.good_slots()[0]
        if self.promises.is_pinned(series, slot):
            return False
        for snapshot in series.good_attempts(slot)[0].snapshots.values():
            self.cloud.force(f"snapshots/{snapshot.id}", {"metadata": {KEY + "pin": "somebody"}})
        return True

    def take_policy(self, candidates):
        """One that no other mischief is about."""
        free = sorted((policy for policy in candidates if not policy.is_in_use), key=lambda policy: policy.name)
        if not free:
            return None
        policy = self.random.choice(free)
        policy.is_in_use = True
        return policy

    def give_back(self, policy):
        policy.is_in_use = False
        self.promises.not_to_be_pruned.pop(policy.name, None)
        self.policies.write(policy)

    def edit_too_far(self, now):
        """An edited policy that keeps one: three or more points would go at once, and must not."""
        policy = self.take_policy(
            self.policies.by_name[series.key[0]] for series in self.truth.series.values()
            if len(series.good_slots()) >= 4 and not self.promises.has_pin(series) and
            len(self.policies.by_name[series.key[0]].servers) == 1)
        if policy is None:
            return False
        kept, floor = policy.keep, policy.floor
        policy.keep, policy.floor, policy.lenient_until_ms = 1, 1, 0
        self.policies.write(policy)
        # What was under way when the edit came may still end.
        self.promises.not_to_be_pruned[policy.name] = (self.promises.now_ms() + 10_000, "an edit left too large a surplus", 4)
        def undo():
            policy.keep, policy.floor = kept, floor
            policy.lenient_until_ms = self.promises.now_ms() + 10_000
            self.give_back(policy)
        self.later(now + EDIT_HOLDS_S, undo)
        return True

    def bad_file(self, now):
        """An editor saved half of a policy: the last good copy stays in force."""
        policy = self.take_policy(self.policies.by_name.values())
        if policy is None:
            return False
        self.policies.write(policy, policy.text()[:-self.random.randint(10, 60)] + "\n  what is: [this\n")
        self.later(now + self.random.uniform(1, 15), lambda: self.give_back(policy))
        return True

    def file_vanishes(self, now):
        """Nothing is made for it any more, and nothing of it is pruned."""
        policy = self.take_policy(self.policies.by_name.values())
        if policy is None:
            return False
        self.policies.path(policy).unlink()
        self.promises.not_to_be_pruned[policy.name] = (self.promises.now_ms() + 10_000, "its policy is gone", 0)
        self.later(now + self.random.uniform(1, 20), lambda: self.give_back(policy))
        return True

    def quota_is_gone(self, now):
        self.cloud.control("POST", "settings", {"quota": {"snapshots": 0}})
        self.promises.quota_gone(True)
        def back():
            self.promises.quota_gone(False)
            self.cloud.control("POST", "settings", {"quota": {"snapshots": 20000}})
        self.later(now + self.random.uniform(3, self.longest_quota), back)
        return True

    def tokens_are_revoked(self, _):
        self.cloud.control("DELETE", "tokens")
        return True

    def administrator(self, _):
        """Attaches again what lost its server; mends what could not be deleted and sets it to `error`, so that it can be; deletes what
        is left of points that somebody has damaged, which Stillpoint leaves to people."""
        mended = False
        for series in list(self.truth.series.values()):
            for attempt in [attempt for attempts in series.slots.values() for attempt in attempts.values()]:
                if attempt.was_erased_from and not attempt.is_good(series.level) and not attempt.prune_began:
                    for snapshot in list(attempt.snapshots):
                        mended |= self.cloud.force(f"snapshots/{snapshot}", {"gone": True})
        for snapshot in list(self.truth.snapshots.values()):
            if snapshot.status == "error_deleting":
                self.cloud.force(f"snapshots/{snapshot.id}", {"status": "error", "deletion_fails": False})
                mended = True
        for volume, server in self.server_of_volume.items():
            if volume in self.truth.detached:
                self.cloud.control("POST", f"volumes/{volume}", {"attached": server})
                self.truth.detached.discard(volume)
                mended = True
        return mended
