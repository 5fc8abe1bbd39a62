"""The policies of the soak, and what the observer holds against them."""
import dataclasses

from .servers import COMMAND

INSTALLATION = "soak"
MAX_HOLD_S = 5


@dataclasses.dataclass
class Policy:
    name: str
    servers: list  # names
    keep: int
    floor: int
    dataset: str = "data"
    volumes: str = ""  # a part of their names
    jitter: int = 0
    held: bool = False
    cluster: str = ""
    writer: str = ""  # one of the servers, which is never held
    ssh: list = dataclasses.field(default_factory=list)  # lines
    command: str = ""
    cron: str = "* * * * *"
    lenient_until_ms: int = 0  # until then a prune may still go by an edit that was taken back
    is_in_use: bool = False  # by a mischief

    def text(self):
        hold = [f"      hold: {{driver: script, command: {self.command}, maxHold: {MAX_HOLD_S}s}}"] if self.held else \
               [f"      hold: {{driver: none, maxHold: {MAX_HOLD_S}s}}"]
        jitter = f", jitter: {self.jitter}s" if self.jitter else ""
        lines = ["apiVersion: stillpoint.dev/v1alpha1", "kind: BackupPolicy", f"metadata: {{name: {self.name}}}", "spec:",
                 "  cloud: sim", f"  servers: {{names: [{', '.join(self.servers)}]}}", *self.ssh,
                 f'  schedule: {{cron: "{self.cron}", startingDeadline: 55s{jitter}}}',
                 "  datasets:", f"    - name: {self.dataset}", f"      volumes: {{nameContains: {self.volumes}}}", *hold]
        if self.cluster:
            lines.append(f"  cluster: {{name: {self.cluster}, minHealthyMembers: 1, writer: {{names: [{self.writer}]}}}}")
        lines.append(f"  retention: {{keepLast: {self.keep}, floor: {self.floor}}}")
        return "\n".join(lines) + "\n"

    def kept_servers(self):
        return [name for name in self.servers if name != self.writer]

    def least_kept(self, now_ms):
        return self.keep if now_ms > self.lenient_until_ms else 1


class Policies:
    """Written one a file, by renaming, as `apply` does it."""

    def __init__(self, folder):
        self.folder = folder / "policies"
        self.folder.mkdir()
        self.by_name = {}

    def add(self, policy):
        self.by_name[policy.name] = policy
        self.write(policy)

    def path(self, policy):
        return self.folder / f"{policy.name}.yaml"

    def write(self, policy, text=None):
        new = self.folder / f".{policy.name}.new"
        new.write_text(policy.text() if text is None else text)
        new.rename(self.path(policy))

    def end_slots(self):
        """No slot comes any more; what is to go still goes, unlike with `suspend`."""
        for policy in self.by_name.values():
            policy.cron = "0 0 1 1 *"
            self.write(policy)


def plain(number, random):
    """A policy of one server that nobody logs in to."""
    keep = random.randint(2, 5)
    return Policy(f"plain-{number}", [f"plain-{number}"], keep, random.randint(1, 2), volumes="disk",
                  jitter=random.choice([0, 5, 10, 20, 25]))


def held_alone(server, lab, random):
    return Policy(f"alone-{server.name}", [server.name], 3, random.randint(1, 2), volumes="disk",
                  jitter=random.choice([0, 5]), held=True, ssh=lab.policy_lines(server), command=COMMAND)


def held_cluster(servers, lab):
    return Policy("cluster", [server.name for server in servers], 3, 1, volumes="disk", held=True, cluster="ring",
                  writer=servers[0].name,
                  ssh=lab.policy_lines(servers[0]), command=COMMAND)
