"""One soak from beginning to end."""
import random
import sys
import time

from . import policies as policy_kinds
from .cloud import Cloud
from .daemon import Daemon
from .holds import Holds
from .mischief import Mischief
from .policies import INSTALLATION, Policies
from .promises import Promises
from .report import Report
from .servers import Lab
from .truth import LEVELS, Truth

TICK_S = 0.1
CLUSTER_SIZE = 3
TERMINATED = 0.1  # part of the kills that are a SIGTERM, after which it must end by itself
LONGEST_DOUBLE_MS = 360_000  # the longest back-off, and a pass
CONVERGE_S = 420  # the same, and a sweep
QUIET_S = 12
LONG_LIFE_S = 240  # of a process whose memory says something
FLAT = 1.25  # how much the last quarter of its life may be above the second, beside two MiB


class Soak:
    def __init__(self, project, build, folder, options):
        self.options, self.folder = options, folder
        self.random = random.Random(options.seed)
        self.cloud = self.daemon = None
        self.lab = Lab(project, folder)
        self.policies = Policies(folder)
        self.truth = Truth(lambda name: LEVELS["application" if self.policies.by_name[name].held else "crash"])
        self.holds = Holds(self.lab.servers)
        self.promises = Promises(self.truth, self.holds, self.policies)
        self.project, self.build = project, build
        self.report = Report(self)
        self.next_kill = None
        self.next_second = 0.0
        self.next_page = 0.0

    # ---- what there is

    def furnish(self):
        why_not = self.lab.why_not()
        if why_not:
            print(f"no server has an sshd, since {why_not}: P1, P9 and P10 are not shown", file=sys.stderr)
        servers = self.lab.make(0 if why_not else self.options.servers)
        alone = servers[CLUSTER_SIZE:] if len(servers) >= CLUSTER_SIZE else servers
        wanted = [(server.name, server.address, ["disk", "disk-two"] if server in alone else ["disk"]) for server in servers]
        plain = self.options.policies - len(alone) - (1 if len(servers) >= CLUSTER_SIZE else 0)
        kinds = [policy_kinds.plain(number, self.random) for number in range(max(0, plain))]
        wanted += [(policy.name, f"10.0.{number // 250}.{number % 250 + 1}", ["disk"]) for number, policy in enumerate(kinds)]
        made = self.cloud.furnish(wanted)
        self.server_ids = {name: server for name, (server, _) in made.items()}
        for server in servers:
            server.id, server.volumes = made[server.name]
            server.up()
        if servers:
            self.lab.write_known_hosts()
            self.promises.secrets += [line.encode() for line in self.lab.secrets()]
        if len(servers) >= CLUSTER_SIZE:
            kinds.append(policy_kinds.held_cluster(servers[:CLUSTER_SIZE], self.lab))
        kinds += [policy_kinds.held_alone(server, self.lab, self.random) for server in alone]
        for policy in kinds:
            self.policies.add(policy)
        self.strangers(made)
        return {volume: server for server, volumes in made.values() for volume in volumes}

    def strangers(self, made):
        """Snapshots that are not this installation's to touch, some of which look like it."""
        for number, (server, volumes) in enumerate(list(made.values())[:20]):
            look_alike = {"stillpoint.schema": "1", "stillpoint.installation": "other", "stillpoint.policy": f"plain-{number}",
                          "stillpoint.server": server, "stillpoint.dataset": "data", "stillpoint.slot": "2020-01-01T00:00:00Z",
                          "stillpoint.point": "0123456789abcdef", "stillpoint.attempt": f"{number:016x}",
                          "stillpoint.members": "1", "stillpoint.taken": "2020-01-01T00:00:00Z",
                          "stillpoint.hold-until": "2020-01-01T00:00:10Z", "stillpoint.method": "none",
                          "stillpoint.consistency": "unproven"}
            self.cloud.snapshot(volumes[0], "by-hand", {} if number % 2 else look_alike)

    # ---- time

    def now(self):
        return time.monotonic() - self.began

    def tick(self, with_kills):
        self.look()
        self.mischief.tick(self.now())
        if self.daemon.stop_asked is not None:
            if self.daemon.has_stopped():
                self.daemon.start()
        elif with_kills and self.now() >= self.next_kill:
            self.plan_kill()
            if self.random.random() < TERMINATED:
                self.daemon.ask_to_stop()
            else:
                self.daemon.kill()
                self.daemon.start()
        self.daemon.check_alive()
        time.sleep(TICK_S)

    def look(self):
        """Takes in what has happened, and holds the promises against it. The cloud first: whatever a label says of a
        server has happened there before."""
        events = self.cloud.events()
        self.holds.read()
        for event in events:
            self.promises.before(event)
            self.truth.apply(event)
        now = self.promises.now_ms()
        self.promises.check_holds(now)
        self.promises.check_text("its log", self.daemon.new_output())
        if self.now() >= self.next_second:
            self.next_second = self.now() + 1
            self.daemon.sample(self.now())
            self.promises.check_text("its arguments", self.daemon.arguments())
            self.promises.check_doubles(now, LONGEST_DOUBLE_MS)
        if self.now() >= self.next_page:
            self.next_page = self.now() + 5
            for path in ("/metrics", "/api/v1/policies", "/api/v1/points", "/", "/healthz"):
                self.promises.check_text(path, self.daemon.get(path) or b"")

    def plan_kill(self):
        self.next_kill = self.now() + self.random.expovariate(1 / self.options.kill_every)

    # ---- from beginning to end

    def run(self):
        self.cloud = Cloud(self.build / "stillpoint-cloudsim", self.folder)
        self.promises.secrets.append(self.cloud.password.encode())
        server_of_volume = self.furnish()
        self.daemon = Daemon(self.build / "stillpoint", self.folder, self.policies.folder, self.cloud.clouds_yaml,
                             INSTALLATION)
        self.mischief = Mischief(self.cloud, self.lab, self.policies, self.truth, self.promises, self.random,
                                 server_of_volume, self.options)
        self.began = time.monotonic()
        self.report.begin()
        self.daemon.start()
        self.mischief.begin_plan()
        if self.options.kill_every:
            self.plan_kill()
        while self.now() < self.options.seconds:
            self.tick(with_kills=self.options.kill_every > 0)
        self.report.kills_end()
        while self.now() < self.options.seconds + self.options.unkilled:
            self.tick(with_kills=False)
        self.mischief.end()
        self.report.faults_end()
        if not self.options.no_end:
            self.end_in_peace()
        self.finish_daemon()
        self.check_end()
        self.report.end()
        return not self.promises.violations and not self.daemon.problems

    def wait_for(self, what, seconds):
        until = self.now() + seconds
        while self.now() < until:
            if what():
                return True
            self.look()
            self.daemon.check_alive()
            time.sleep(TICK_S)
        return False

    def end_in_peace(self):
        """Without faults everything is made and swept that should be, and then nothing is done any more (P8)."""
        if self.daemon.stop_asked is not None:
            self.wait_for(self.daemon.has_stopped, 120)
            self.daemon.start()
        peace = self.promises.now_ms()
        if not self.wait_for(lambda: not self.unserved(peace), CONVERGE_S):
            self.promises.broken("P7", "without a new point since the faults ended: " + self.some(self.unserved(peace)))
        self.report.converged()
        self.policies.end_slots()
        if not self.wait_for(lambda: not self.promises.leftovers(), CONVERGE_S):
            for leftover in self.promises.leftovers()[:20]:
                self.promises.broken("P3", leftover)
        writes = self.cloud.control("GET", "requests")["writes"]
        self.wait_for(lambda: False, QUIET_S)
        more = self.cloud.control("GET", "requests")["writes"] - writes
        if more:
            self.promises.broken("P8", f"{more} writes while there was nothing to do")

    def unserved(self, since_ms):
        """Policies and servers that have no point of a slot since then."""
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(since_ms / 1000))
        served = {(key[0], key[1]) for key, series in self.truth.series.items() if series.good_slots()[-1:] > [since]}
        wanted = {(policy.name, self.server_ids[name]) for policy in self.policies.by_name.values() for name in policy.kept_servers()}
        return sorted(wanted - served)

    @staticmethod
    def some(things):
        return ", ".join(map(str, things[:10])) + (f" and {len(things) - 10} more" if len(things) > 10 else "")

    def finish_daemon(self):
        if self.daemon.stop_asked is None:
            self.daemon.ask_to_stop()
        while not self.daemon.has_stopped():
            self.look()
            time.sleep(TICK_S)
        # Whoever holds lets go of it by itself.
        self.wait_for_holds()
        self.look()

    def wait_for_holds(self):
        until = time.monotonic() + 40
        while self.holds.open and time.monotonic() < until:
            self.holds.read()
            time.sleep(TICK_S)

    def check_end(self):
        for server, hold in self.holds.open.items():
            self.promises.broken("P1", f"{server} is held at the end, by attempt {hold.attempt}")
        for server in self.lab.servers:
            if (server.root / "held").exists():
                self.promises.broken("P1", f"{server.name} is held at the end")
        growth = self.report.growth()
        if growth and growth.age_s >= LONG_LIFE_S and growth.last > FLAT * growth.middle + 2:
            self.daemon.problems.append(f"its memory grew from {growth.middle:.1f} to {growth.last:.1f} MiB")

    def stop(self):
        if self.daemon is not None and self.daemon.process is not None and self.daemon.process.poll() is None:
            self.daemon.process.kill()
            self.daemon.process.wait()
        self.lab.down()
        if self.cloud is not None:
            self.cloud.stop()
