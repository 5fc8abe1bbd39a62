"""The figures of a soak, as text and as a result file."""
import collections
import platform
import subprocess
import time

Growth = collections.namedtuple("Growth", "middle last age_s")


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0


class Report:
    def __init__(self, soak):
        self.soak = soak
        self.date = time.strftime("%Y-%m-%d", time.gmtime())
        self.marks = {}

    def begin(self):
        self.marks["begin"] = time.monotonic()

    def kills_end(self):
        self.marks["kills end"] = time.monotonic()

    def faults_end(self):
        self.marks["faults end"] = time.monotonic()

    def converged(self):
        self.marks["converged"] = time.monotonic()

    def end(self):
        self.marks["end"] = time.monotonic()

    def between(self, begin, end):
        return self.marks[end] - self.marks[begin] if begin in self.marks and end in self.marks else 0.0

    # ---- figures

    def memory(self):
        """RSS by how long the process had lived, and over its longest life."""
        samples = self.soak.daemon.samples
        rows = []
        for least, most in ((0, 10), (10, 30), (30, 60), (60, 120), (120, 300), (300, 600), (600, 1e9)):
            values = [rss for _, age, rss in samples if least <= age < most]
            if values:
                rows.append((f"{least} s to {most} s" if most < 1e9 else f"over {least} s", len(values),
                             percentile(values, 0.5) / 1024, max(values) / 1024))
        return rows

    def last_life(self):
        """(age, RSS) of the process that lived longest without being killed."""
        samples, best, current = self.soak.daemon.samples, [], []
        for _, age, rss in samples:
            if current and age < current[-1][0]:
                current = []
            current.append((age, rss))
            if len(current) > len(best):
                best = list(current)
        return best

    def growth(self):
        """Of the longest life: the median RSS of its second and of its last quarter, in MiB."""
        life = self.last_life()
        quarter = len(life) // 4
        if quarter < 10:
            return None
        middle = [rss for _, rss in life[quarter:2 * quarter]]
        last = [rss for _, rss in life[-quarter:]]
        return Growth(percentile(middle, 0.5) / 1024, percentile(last, 0.5) / 1024, life[-1][0])

    def rows(self):
        soak = self.soak
        daemon, counts = soak.daemon, soak.truth.counts
        held = [hold for hold in soak.holds.all if hold.held_ms]
        windows = [hold.released_ms - hold.begun_ms for hold in held if hold.released_ms]
        alive = max(daemon.alive_s, 1e-9)
        rows = [
            ("faults and kills", f"{self.between('begin', 'kills end'):.0f} s"),
            ("faults without kills", f"{self.between('kills end', 'faults end'):.0f} s"),
            ("until every server had a new point afterwards", f"{self.between('faults end', 'converged'):.0f} s"),
            ("policies, servers with sshd", f"{len(soak.policies.by_name)}, {len(soak.lab.servers)}"),
            ("daemon: started, kill -9, SIGTERM", f"{daemon.counts['started']}, {daemon.counts['killed']}, {daemon.counts['stopped']}"),
            ("requests that met a fault", str(sum(soak.mischief.begun_faults.values()))),
            ("points made", str(counts["points"])),
            ("second attempts at a slot", str(counts["second attempts"])),
            ("points pruned, superseded attempts pruned, attempts swept (snapshots)",
             f"{counts['pruned']}, {counts['superseded']}, {counts['swept']}"),
            ("snapshots that somebody else erased", str(counts["erased by somebody"])),
            ("holds begun, held, labelled as proven", f"{len(soak.holds.all)}, {len(held)}, {soak.promises.labels_proven}"),
            ("hold window: median, longest; latest request to release",
             f"{percentile(windows, 0.5)} ms, {soak.promises.longest_hold_ms} ms; {soak.promises.latest_release_ms} ms"),
            ("CPU of the daemon", f"{daemon.cpu_s:.1f} s of {alive:.0f} s alive, {100 * daemon.cpu_s / alive:.1f} % of a core"),
            ("RSS: median, largest", f"{percentile([r for _, _, r in daemon.samples], 0.5) / 1024:.1f} MiB, "
                                     f"{max([r for _, _, r in daemon.samples], default=0) / 1024:.1f} MiB"),
        ]
        growth = self.growth()
        if growth:
            rows.append(("RSS of the longest life: second quarter, last quarter",
                         f"{growth.middle:.1f} MiB, {growth.last:.1f} MiB over {growth.age_s:.0f} s"))
        return rows

    def violations(self):
        found = [f"{at} {promise} {text}" for at, promise, text in self.soak.promises.violations]
        return found + ["the daemon: " + problem for problem in self.soak.daemon.problems]

    # ---- as text

    def text(self):
        if "end" not in self.marks:
            return "the soak did not come to its end"
        lines = [f"{name}: {value}" for name, value in self.rows()]
        lines.append("mischief: " + self.list_of(self.soak.mischief.counts))
        lines.append("faults: " + self.list_of(self.soak.mischief.begun_faults))
        broken = self.violations()
        lines += broken or ["no promise was broken"]
        return "\n".join(lines)

    @staticmethod
    def list_of(counts):
        return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"

    def markdown(self):
        options = self.soak.options
        lines = [f"# Soak of {self.date}", "",
                 f"`tests/soak/soak --seconds {options.seconds:.0f} --unkilled {options.unkilled:.0f} --policies {options.policies} "
                 f"--servers {options.servers} --kill-every {options.kill_every:.0f} --rate {options.rate} --seed {options.seed}`, "
                 f"revision {self.revision()}, {platform.system()} {platform.release()}, {self.cores()}.", "",
                 "| | |", "| --- | --- |"]
        lines += [f"| {name} | {value} |" for name, value in self.rows()]
        lines += ["", "Memory by the age of the process:", "", "| age | samples | median | largest |", "| --- | --- | --- | --- |"]
        lines += [f"| {age} | {count} | {median:.1f} MiB | {most:.1f} MiB |" for age, count, median, most in self.memory()]
        lines += ["", "Requests that met a fault, by kind: " + self.list_of(self.soak.mischief.begun_faults) + ".", "",
                  "Beside them: " + self.list_of(self.soak.mischief.counts) + ".", ""]
        broken = self.violations()
        lines += ["## What was broken", ""] + ["- " + one for one in broken] if broken else ["No promise was broken."]
        return "\n".join(lines) + "\n"

    def revision(self):
        found = subprocess.run(["git", "-C", str(self.soak.project), "rev-parse", "--short=10", "HEAD"], capture_output=True)
        return found.stdout.decode().strip() or "unknown"

    @staticmethod
    def cores():
        with open("/proc/cpuinfo") as info:
            count = sum(line.startswith("processor") for line in info)
        return f"{count} cores shared with other work"
