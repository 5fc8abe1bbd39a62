"""The ways to make a point that are compared: the tool's, the cloud alone, the old way, and a hold by hand."""

import dataclasses
import re
import subprocess
import time
from typing import Optional

from rig import HELPER, Failure, run


@dataclasses.dataclass
class Made:
    """One point and what it cost. Times in ms."""

    way: str
    interval: float  # Ceph's propose interval, s
    available: float = 0  # from POST to available
    held: Optional[float] = None  # the hold window, by the server's clock
    stall: Optional[float] = None  # the longest time without a commit that a client saw
    paused: Optional[float] = None  # flow control of the other members of a cluster, the longest
    members: Optional[int] = None  # of a cluster, the fewest that were seen
    snapshot: str = ""
    position: str = ""  # where the database stood, as the hold says
    must_have: int = 0  # the last number that must be in the point
    must_not_have: Optional[int] = None  # the first that cannot be


class Way:
    """`key` names it in records, `name` is for people."""

    def __init__(self, key, name, server):
        self.key, self.name, self.server = key, name, server
        self.engine = server.engine
        self.load = server.rig.loads[server]

    def make(self, rig, interval):
        """A point, while rows are committed."""
        made, begin = Made(self.key, interval), time.monotonic()
        self.cut(rig, made)
        end = time.monotonic()
        self.load.await_commit_after(end)
        made.stall = self.load.longest_stall(begin, end) * 1000
        self.note_rows(made, begin)
        return made

    def note_rows(self, made, begin):
        """What the point must hold; nothing for ways that are not ours."""


class CloudAlone(Way):
    def cut(self, rig, made):
        made.snapshot, seconds = rig.cut(self.server.volume)
        made.available = seconds * 1000


class OldWay(Way):
    """Stop, sync, snapshot, start, in the order of the edX playbook, but waiting until the snapshot is available. There is no
    Ansible and no command-line client in it, so it is faster than that was."""

    def cut(self, rig, made):
        begin = time.monotonic()
        run(*self.server.ssh(), "service mysql stop && sync")
        made.snapshot, seconds = rig.cut(self.server.volume)
        run(*self.server.ssh(), "service mysql start")
        made.available, made.held = seconds * 1000, (time.monotonic() - begin) * 1000


BY_HAND = """
set -e
coproc client { mariadb --no-defaults --unbuffered -N; }
up() { read -r up _ </proc/uptime; echo "${up/./}"; }
sync
begin=$(up)
echo "FLUSH TABLES WITH READ LOCK; SELECT 'locked';" >&"${client[1]}"
read -r answer <&"${client[0]}"
fsfreeze -f MOUNT
echo held
read -r word || true
fsfreeze -u MOUNT
echo "UNLOCK TABLES; SELECT 'unlocked';" >&"${client[1]}"
read -r answer <&"${client[0]}"
echo "released $((($(up) - begin) * 10))"
"""


class HoldByHand(Way):
    """A read lock and a freeze by a script that checks nothing: what a short hold costs at least."""

    def cut(self, rig, made):
        script = BY_HAND.replace("MOUNT", self.server.mount)
        with subprocess.Popen([*self.server.ssh(), "bash -c '%s'" % script.replace("'", "'\\''")], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, bufsize=1) as ssh:
            if ssh.stdout.readline() != "held\n":
                raise Failure("the hold by hand did not come about")
            made.snapshot, seconds = rig.cut(self.server.volume)
            ssh.stdin.write("release\n")
            made.held = float(ssh.stdout.readline().split()[1])
        made.available = seconds * 1000


POLICY = """apiVersion: stillpoint.dev/v1alpha1
kind: BackupPolicy
metadata: {{name: {key}}}
spec:
  cloud: lab
  servers: {{names: [{server}]}}
  ssh: {{user: root, keyFile: {key_file}, knownHostsFile: {known_hosts}, helper: {helper}}}
  schedule: {{cron: "* * * * *"}}
{cluster}  datasets:
    - {{name: data, volumes: {{nameContains: {server}-data}}, hold: {hold}}}
  retention: {{keepLast: 100, floor: 1}}
"""
CLUSTER = "  cluster: {name: bench, minHealthyMembers: 3, writer: {addresses: [%s]}}\n"


class Tool(Way):
    def __init__(self, key, name, server, hold):
        super().__init__(key, name, server)
        rig = server.rig
        self.policy = rig.work / (key + ".yaml")
        self.policy.write_text(POLICY.format(
            key=key, server=server.name, key_file=rig.servers_folder / "id_ed25519", known_hosts=rig.work / "known_hosts",
            helper="installed" if HELPER else "sent", cluster=CLUSTER % rig.galera[0].address if server.cluster else "", hold=hold))

    def cut(self, rig, made):
        said = run(rig.binary, "reconcile", "--now", "-f", self.policy,
                   env={"OS_CLIENT_CONFIG_FILE": str(rig.state / "clouds.yaml"), "PATH": "/usr/bin:/bin", "HOME": "/root"})
        found = re.search(r"complete; held for (\d+) ms, available after (\d+) ms", said)
        if not found:
            raise Failure("no point was made: " + said)
        made.held, made.available = float(found[1]), float(found[2])

    def note_rows(self, made, begin):
        rig = self.server.rig
        mine = [one for one in rig.snapshots(self.server.volume) if one["metadata"].get("stillpoint.policy") == self.key]
        if len(mine) != 1 or mine[0]["metadata"].get("stillpoint.consistency") in (None, "unproven"):
            raise Failure("wanted one proven snapshot of %s, found %s" % (self.key, mine))
        metadata = mine[0]["metadata"]
        made.snapshot = mine[0]["id"]
        made.position = metadata.get("stillpoint.position.wsrep-seqno" if self.server.cluster else "stillpoint.position.gtid", "")
        begun = int(self.server.inside("cat", "/run/stillpoint/%s/begun" % metadata["stillpoint.attempt"])) / 100
        # What a member of a cluster has applied by then is told by its position; it follows the writer.
        made.must_have = self.load.last_answered_before(begin if self.server.cluster else begun)
        # Uptime is read in hundredths, so both ends may be as much later.
        made.must_not_have = self.load.first_begun_after(begun + made.held / 1000 + 0.02)


def all_ways(rig):
    maria = "{driver: mariadb, method: %s, freeze: %s, maxHold: 20s}"
    postgres = "{driver: postgresql, method: %s, freeze: %s, maxHold: 20s}"
    return [
        CloudAlone("cloud", "the cloud alone, nothing held", rig.maria),
        OldWay("seed", "the old way: stop, sync, snapshot, start", rig.maria),
        HoldByHand("hand", "by hand: `FLUSH TABLES WITH READ LOCK` and `fsfreeze`", rig.maria),
        Tool("mariadb-stage-freeze", "MariaDB, `backupStage` and freeze", rig.maria, maria % ("backupStage", "true")),
        Tool("mariadb-stage", "MariaDB, `backupStage`", rig.maria, maria % ("backupStage", "false")),
        Tool("mariadb-readlock-freeze", "MariaDB, `readLock` and freeze", rig.maria, maria % ("readLock", "true")),
        Tool("mariadb-stop", "MariaDB, `stopService`", rig.maria, maria % ("stopService", "false")),
        Tool("postgresql-checkpoint-freeze", "PostgreSQL, `checkpoint` and freeze", rig.postgres, postgres % ("checkpoint", "true")),
        Tool("postgresql-backup-mode-freeze", "PostgreSQL, `backupMode` and freeze", rig.postgres, postgres % ("backupMode", "true")),
        Tool("postgresql-stop", "PostgreSQL, `stopService`", rig.postgres, postgres % ("stopService", "false")),
        Tool("galera-stage-freeze", "Galera member, `backupStage` and freeze", rig.galera[1], maria % ("backupStage", "true")),
    ]
