"""What dies, or is taken away, at a step."""

import os
import signal
import subprocess
import threading

from place import MAX_HOLD, TESTS, wait_until


def kill(pids):
    """SIGKILL to all of them; whether there was one."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return bool(pids)


class Fault:
    lasts = 0.0  # s; 0: until all of the pass is over

    def __init__(self, name):
        self.name = name

    def prepare(self, site, step):
        """Before the pass. False if it makes no sense at the step."""
        return True

    def strike(self, site, attempt, controller):
        """False if there is nothing there that it could hit."""
        raise NotImplementedError

    def heal(self, site):
        """After what was held was let go."""


class Controller(Fault):
    def strike(self, site, attempt, controller):
        return kill([controller.pid])


class Session(Fault):
    """The process of sshd that serves the controller, and all of its session."""

    def strike(self, site, attempt, controller):
        return kill([pid for pid, _, words in site.processes() if words[0].startswith("sshd: root")])


class HelperProcess(Fault):
    def strike(self, site, attempt, controller):
        return kill(site.helpers()[0])


class DeadMan(Fault):
    def strike(self, site, attempt, controller):
        return kill(site.helpers()[1])


class Client(Fault):
    """That has the database lock, or that asks; not the one with which the dead-man could end it."""

    def strike(self, site, attempt, controller):
        clients = {there: pid for pid, there, words in site.processes()
                   if any(word.endswith("/mariadb") or word == "mariadb" for word in words[:2]) and "--skip-column-names" in words}
        clients.pop(number_in(attempt, "killer"), None)
        session = number_in(attempt, "client")
        return kill([pid for there, pid in clients.items() if session in (None, there)])


def number_in(attempt, name):
    """The process that is journalled there, if one is."""
    try:
        return int((attempt / name).read_text().split()[0]) if attempt else None
    except (OSError, IndexError):
        return None


class Database(Fault):
    """And whoever looks after it starts it again at once, as systemd does; a helper that has stopped it sees to that itself."""

    def prepare(self, site, step):
        self.starter, self.restarted = None, step.method != "stopService"
        return True

    def strike(self, site, attempt, controller):
        pid = site.database_pid()
        if not kill([pid] if pid else []):
            return False
        if self.restarted:
            self.starter = threading.Thread(target=self._start_again, args=(site, pid))
            self.starter.start()
        return True

    @staticmethod
    def _start_again(site, pid):
        # A process that waits for a frozen file system ends only when that is thawed.
        wait_until("the database's end", lambda: not os.path.exists("/proc/%d" % pid))
        site.server("service", "start")

    def heal(self, site):
        if self.starter:
            self.starter.join()


class Network(Fault):
    """Every packet is lost, and nobody is told, until no hold can last any more."""

    lasts = MAX_HOLD + 1.5

    def strike(self, site, attempt, controller):
        site.server("net", "cut")
        return True

    def heal(self, site):
        site.server("net", "restore")
        # The link lost its route with it.
        subprocess.run([TESTS / "e2e/server", "exec", "killed", "ip", "route", "replace", "default", "via", "10.99.255.254"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class DiskFull(Fault):
    """The server's /run, where the journal is, until no hold can last any more: a database cannot start with it."""

    lasts = MAX_HOLD + 1.5

    def strike(self, site, attempt, controller):
        subprocess.run([TESTS / "e2e/server", "exec", "killed", "dd", "if=/dev/zero", "of=/run/filler", "bs=4k"], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return True

    def heal(self, site):
        (site.root / "run/filler").unlink(missing_ok=True)


class StuckSnapshot(Fault):
    """It never leaves `creating` while it matters."""

    def prepare(self, site, step):
        if step.name not in ("HELD", "snapshots pending"):
            return False
        site.cloud.cut_delay(-1)
        return True

    def strike(self, site, attempt, controller):
        return True

    def heal(self, site):
        for one in site.cloud.snapshots(site.policy):
            if one["status"] == "creating":
                site.cloud.control("POST", "snapshots/" + one["id"], {"cut_delay_ms": 50})


FAULTS = [
    Controller("controller killed"),
    Session("sshd's session killed"),
    HelperProcess("helper killed"),
    DeadMan("dead-man killed"),
    Client("database client killed"),
    Database("database killed"),
    Network("network drops everything"),
    DiskFull("disk full"),
    StuckSnapshot("snapshot stays creating"),
]
