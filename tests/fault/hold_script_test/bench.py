"""What a case works with."""

import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import threading
import time

from lab import VOLUMES, Helper, alive, run, wait_until

SHELLS = {"dash": ["/bin/dash"], "bash": ["/bin/bash"], "busybox": ["/bin/busybox", "sh"]}
CASES = []


def case(shells=("dash",)):
    def add(function):
        CASES.extend((function, shell) for shell in shells)
        return function
    return add


EVERY_SHELL = ("dash", "bash", "busybox")


class Bench:
    """What a case works with: the lab, the shell under test, and the helpers that it has started."""

    def __init__(self, lab, shell):
        self.lab, self.command = lab, [*SHELLS[shell], os.environ["STILLPOINT_HOLD"]]
        self.helpers = []

    def request(self, **changes):
        settings = {"driver": "mariadb", "method": "backupStage", "freeze": "yes", "max-hold-ms": "8000", "volume": VOLUMES[0]}
        settings.update({key.replace("_", "-"): value for key, value in changes.items()})
        lines = []
        for key, value in settings.items():
            lines += [f"SET {key} {one}" for one in (value if isinstance(value, (list, tuple)) else [value]) if one is not None]
        return [*lines, "GO"]

    def helper(self, verb, **changes):
        helper = Helper(self.command, verb)
        self.helpers.append(helper)
        helper.attempt = secrets.token_hex(8)
        if verb == "hold":
            changes.setdefault("attempt", helper.attempt)
        helper.send(*self.request(**changes))
        assert helper.line() == "STILLPOINT 1 0.5.0", helper.lines
        return helper

    def probe(self, expect, **changes):
        helper = self.helper("probe", **changes)
        helper.until(expect)
        status = helper.end()
        assert status == (0 if expect == "OK" else 2 if "bad-request" in expect else 1), status
        return helper.lines

    def hold(self, held=r"HELD \w+ \d+", **changes):
        helper = self.helper("hold", **changes)
        helper.until("LOCKED")
        helper.send("HOLD")
        if held.startswith("HELD"):
            helper.until("ARMED")
            helper.armed_at = time.monotonic()
        helper.until(held, 40)
        helper.held_at = time.monotonic()
        return helper

    def release(self, helper, expect=r"RELEASED intact \d+"):
        helper.send(f"RELEASE {helper.attempt}")
        helper.until(expect)
        helper.released_at = time.monotonic()
        return helper.lines[-1]

    def verdict(self, helper):
        asked = Helper(self.command, "verdict")
        self.helpers.append(asked)
        asked.send(f"SET attempt {helper.attempt}", "GO")
        answer = asked.until("VERDICT .*")
        assert asked.end() == 0
        return answer

    def settled(self):
        """Nothing of the helper is left, the lock is free and nothing is held."""
        wait_until("the helper's processes to end", lambda: not self.lab.processes(), 15)
        assert self.lab.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'root'") == "1"
        self.lab.sql("INSERT INTO shop.orders (n) VALUES (2)")
        for mount in self.lab.mounts:
            assert not self.lab.is_frozen(mount), f"{mount} is frozen"

    def close(self):
        for helper in self.helpers:
            if helper.process.poll() is None:
                helper.process.kill()
                helper.process.wait()
            for stream in (helper.process.stdin, helper.process.stdout, helper.process.stderr):
                stream.close()


def journal(helper, name):
    return pathlib.Path(f"/run/stillpoint/{helper.attempt}/{name}")


def words_of(path):
    return path.read_text().split()


def wait_into_hold(helper, seconds):
    """Until so much of it is over by the helper's own clock, which is the machine's uptime."""
    begun = int(journal(helper, "begun").read_text())
    wait_until("that moment of the hold",
               lambda: float(words_of(pathlib.Path("/proc/uptime"))[0]) * 100 >= begun + seconds * 100)


def lets_go_by(b, writer, helper, seconds):
    """The database goes on, and by the helper's own clock all was let go within so many seconds after the hold began."""
    writer.goes_on()
    wait_until("the verdict", lambda: journal(helper, "verdict").exists() and words_of(journal(helper, "verdict")), seconds + 5)
    kind, took = words_of(journal(helper, "verdict"))[:2]
    assert kind == "broken" and int(took) <= seconds * 1000, f"{kind} {took} ms"


def dead_man_of(b, helper):
    for pid in b.lab.processes():
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if words[-3:-1] == [b"dead-man", helper.attempt.encode()] and os.getsid(pid) == pid:
            return pid
    raise AssertionError("there is no dead-man")


def kill_everybody(b, helper):
    """As the end of a control group does: nobody of the attempt is left to let go."""
    guard = dead_man_of(b, helper)
    for pid in (guard, helper.process.pid):
        os.kill(pid, signal.SIGSTOP)
    for group in (helper.process.pid, guard):
        os.killpg(group, signal.SIGKILL)
    wait_until("everybody's end", lambda: not b.lab.processes())


class Standing:
    """A script in the place of a command of this namespace; {real} in it is the command itself."""

    def __init__(self, lab, name, text):
        self.path, real = shutil.which(name), lab.top / f"real-{name}"
        script = lab.top / f"stand-in-{name}"
        shutil.copy2(self.path, real)
        script.write_text("#!/bin/sh\n" + text.format(real=real, top=lab.top))
        script.chmod(0o755)
        run("mount", "--bind", script, self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        run("umount", "--lazy", self.path)
