"""The steps of the protocol, by name, and how an attempt is stopped at each of them.

A step stops where a command that it calls waits at a gate: a script in the place of the command, in the server's own mount namespace.
Nothing of this is in what is shipped.
"""

import subprocess

from place import run, wait_until

GATE = """#!/bin/sh
case "$*" in
  {pattern}) if mkdir /srv/gate/taken 2>/dev/null; then
    : >/srv/gate/reached
    while [ ! -e /srv/gate/open ]; do sleep 0.02; done
  fi ;;
esac
exec /srv/gate/real "$@"
"""


class Step:
    """`name` is what docs/hold-protocol.md calls it."""

    method = "backupStage"
    max_cut_ms = 100

    def __init__(self, name):
        self.name = name

    def arm(self, site):
        """Before the pass."""

    def reached(self, site, attempt):
        """Whether an attempt is at it; `attempt` is its journal, or None if there is none yet."""

    def open(self, site):
        """Lets it go on."""

    def disarm(self, site):
        """Afterwards; whatever has happened."""


class AtCommand(Step):
    """The first call of a command with such arguments."""

    def __init__(self, name, command, pattern, method="backupStage"):
        super().__init__(name)
        self.command, self.pattern, self.method = command, pattern, method

    def arm(self, site):
        self.path = site.inside("sh", "-c", "readlink -f $(command -v %s)" % self.command)
        self.gate = site.root / "srv/gate"
        self.gate.mkdir()
        site.inside("cp", "-p", self.path, "/srv/gate/real")
        (self.gate / "script").write_text(GATE.format(pattern=self.pattern))
        (self.gate / "script").chmod(0o755)
        site.inside("mount", "--bind", "/srv/gate/script", self.path)

    def reached(self, site, attempt):
        return (self.gate / "reached").exists()

    def open(self, site):
        (self.gate / "open").touch()

    def disarm(self, site):
        self.open(site)
        site.inside("umount", "--lazy", self.path)
        # A process that is still about to run the real command needs it.
        wait_until("the gate to be left", lambda: not any("/srv/gate" in word or word == self.path for _, _, words in site.processes()
                                                          for word in words[:3] if words[0] == "/bin/sh"))
        site.inside("rm", "-rf", "/srv/gate")


class DatabaseLock(Step):
    """Somebody has a table locked, so that the lock of the whole database has to wait, and all writers behind it."""

    method = "readLock"

    def arm(self, site):
        self.other = subprocess.Popen(["mariadb", "--no-defaults", "--socket", site.socket, "-N", "--unbuffered"], text=True,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.other.stdin.write("LOCK TABLES stillpoint_e2e.old WRITE; SELECT 'locked';\n")
        self.other.stdin.flush()
        assert self.other.stdout.readline() == "locked\n"

    def reached(self, site, attempt):
        return attempt and (attempt / "begun").exists() and site.sql(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'FLUSH TABLES%'") != "0"

    def open(self, site):
        if self.other.poll() is None:
            self.other.kill()
            self.other.wait()

    disarm = open


class Held(Step):
    """All is frozen, and the cloud has not answered the first request yet."""

    def arm(self, site):
        site.cloud.delay("POST", "/snapshots$", 1500)

    def reached(self, site, attempt):
        return attempt and is_frozen(attempt) and not freezing(site, attempt)

    def disarm(self, site):
        site.cloud.control("DELETE", "faults")


class Pending(Step):
    """The snapshot is `creating`."""

    max_cut_ms = 1500

    def reached(self, site, attempt):
        return attempt and any(one["status"] == "creating" for one in site.cloud.snapshots(site.policy))


class Unlock(Step):
    """Thawed, and the lock's client, which does not run, was told to unlock."""

    max_cut_ms = 700
    client = None

    def arm(self, site):
        self.client = None

    def reached(self, site, attempt):
        if attempt and self.client is None and is_frozen(attempt):
            number = int((attempt / "client").read_text().split()[0])
            self.client = next(pid for pid, there, _ in site.processes() if there == number)
            run("kill", "-STOP", self.client)
        return self.client and (attempt / "frozen.1").exists() and not is_frozen(attempt)

    def open(self, site):
        if self.client:
            subprocess.run(["kill", "-CONT", str(self.client)], stderr=subprocess.DEVNULL)  # it may have been killed

    disarm = open


class Label(Step):
    """Let go, with a proof, and the snapshot does not say so yet."""

    def arm(self, site):
        site.cloud.delay("POST", "/snapshots/[^/]*/metadata$", 1500)

    def reached(self, site, attempt):
        return attempt and (attempt / "verdict").exists()

    def disarm(self, site):
        site.cloud.control("DELETE", "faults")


def is_frozen(attempt):
    """By the journal: a mount that was thawed is struck out."""
    try:
        return (attempt / "frozen.1").read_text() != ""
    except OSError:
        return False


def freezing(site, attempt):
    """Whether the kernel was asked and has not answered yet."""
    try:
        number = int((attempt / "freezer.1").read_text().split()[0])
    except (OSError, IndexError):
        return True
    return any(there == number for _, there, _ in site.processes())


STEPS = [
    AtCommand("probe", "mariadb", "*"),
    AtCommand("host lock", "find", "*-mtime*"),
    AtCommand("arm the dead-man", "setsid", "*dead-man*"),
    AtCommand("sync", "sync", "*-f*"),
    DatabaseLock("database lock"),
    AtCommand("freeze", "fsfreeze", "-f*"),
    Held("HELD"),
    Pending("snapshots pending"),
    AtCommand("release begun: thaw", "fsfreeze", "-u*"),
    Unlock("unlock"),
    Label("label"),
    AtCommand("stop of a service", "service", "*stop", "stopService"),
    AtCommand("second phase: start of a service", "service", "*start", "stopService"),
]
