"""Other ways to hold than BACKUP STAGE and a stopped service."""

import os
import pathlib
import signal
import time

from bench import EVERY_SHELL, Standing, case, dead_man_of, journal, lets_go_by, words_of
from engines import Galera, Postgres
from lab import VOLUMES, Helper, Writer, run, wait_until

READ_LOCK = {"method": "readLock"}


@case(EVERY_SHELL)
def a_read_lock_holds(b):
    with Writer() as writer:
        for freeze in ("no", "yes"):
            helper = b.hold(freeze=freeze, **READ_LOCK)
            assert any(line.startswith("POSITION gtid 0-1-") for line in helper.lines), helper.lines
            b.release(helper)
            assert writer.between(helper.held_at, helper.sent_at) == 0, "rows were committed during the hold"
            writer.goes_on()
            assert helper.end() == 0
    assert "PROVABLE application" in b.probe("OK", **READ_LOCK)


@case()
def a_read_lock_that_does_not_come_is_given_up_before_the_hold_s_end(b):
    holder = Helper(["mariadb", "--no-defaults", "-N", "-B"], "--unbuffered")
    b.helpers.append(holder)
    holder.send("LOCK TABLES shop.orders WRITE; SELECT 'ready';")
    holder.until("ready")
    begun = time.monotonic()
    b.hold(held="REFUSED lock-timeout .*", max_hold_ms="60000", lock_timeout_ms="1000", **READ_LOCK)
    assert time.monotonic() - begun < 20, "others waited behind it for longer than the lock was allowed to take"
    holder.end()


@case()
def a_killed_helper_lets_go_of_a_read_lock(b):
    with Writer() as writer:
        helper = b.hold(max_hold_ms="3000", **READ_LOCK)
        os.killpg(helper.process.pid, signal.SIGKILL)
        lets_go_by(b, writer, helper, 4.0)


# ---- script

SCRIPT = """#!/bin/sh
echo "$1 $STILLPOINT_ATTEMPT" >>{log}
[ ! -e {slow}-"$1" ] || {{ sleep 4; echo "$1-done" >>{log}; }}
[ ! -e {fail}-"$1" ]
"""


class Program:
    """A program of the user's that remembers how it was called, and fails as it is told."""

    def __init__(self, lab):
        self.folder = pathlib.Path("/run/program")
        self.folder.mkdir()
        self.log, self.fail, self.path = (self.folder / name for name in ("log", "fail", "hook"))
        self.log.write_text("")
        self.path.write_text(SCRIPT.format(log=self.log, fail=self.fail, slow=self.folder / "slow"))
        self.path.chmod(0o755)

    def failing(self, word, fails=True):
        path = pathlib.Path(f"{self.fail}-{word}")
        path.write_text("") if fails else path.unlink()

    def slow(self, word):
        (self.folder / f"slow-{word}").write_text("")

    def calls(self):
        return [line.split()[0] for line in self.log.read_text().splitlines()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        run("rm", "-r", self.folder)


def settings_of(program):
    return {"driver": "script", "method": "script", "command": program.path}


@case(EVERY_SHELL)
def a_script_holds_verifies_and_lets_go(b):
    with Program(b.lab) as program:
        assert "PROVABLE application" in b.probe("OK", **settings_of(program))
        helper = b.hold(**settings_of(program))
        assert b.lab.is_frozen(b.lab.mounts[0])
        b.release(helper)
        assert helper.end() == 0
        assert program.calls() == ["check", "check", "hold", "verify", "release"]
        assert helper.attempt in program.log.read_text()


@case(EVERY_SHELL)
def a_script_that_does_not_verify_proves_nothing(b):
    with Program(b.lab) as program:
        helper = b.hold(**settings_of(program))
        program.failing("verify")
        b.release(helper, r"RELEASED broken \d+ /run/program/hook verify failed: exit code 1")
        assert program.calls()[-1] == "release"


@case(EVERY_SHELL)
def a_script_is_asked_to_let_go_until_it_does(b):
    with Program(b.lab) as program:
        helper = b.hold(max_hold_ms="1500", **settings_of(program))
        program.failing("release")
        os.killpg(helper.process.pid, signal.SIGKILL)
        wait_until("two tries", lambda: program.calls().count("release") >= 2)
        other = b.helper("hold", driver="none", method="none", volume=None)
        other.until("REFUSED busy .*")
        program.failing("release", False)
        wait_until("the dead-man's end", lambda: not b.lab.processes(), 15)
        assert b.verdict(helper).startswith("VERDICT broken")


@case(EVERY_SHELL)
def a_script_s_hold_that_is_under_way_ends_before_its_release(b):
    with Program(b.lab) as program:
        program.slow("hold")
        helper = b.helper("hold", **settings_of(program))
        helper.until("LOCKED")
        helper.send("HOLD")
        wait_until("the program", lambda: "hold" in program.calls())
        helper.send(f"ABORT {helper.attempt}")
        helper.until(r"ABORTED \d+")
        helper.end()
        wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)
        assert program.calls()[-1] == "release" and "hold-done" not in program.calls(), program.calls()


@case(EVERY_SHELL)
def a_script_s_hold_ends_in_time_without_a_dead_man(b):
    with Program(b.lab) as program:
        program.slow("hold")
        helper = b.helper("hold", max_hold_ms="2000", **settings_of(program))
        helper.until("LOCKED")
        helper.send("HOLD")
        wait_until("the program", lambda: "hold" in program.calls())
        os.kill(dead_man_of(b, helper), signal.SIGKILL)
        helper.until("REFUSED script timed out")
        kind, took = words_of(journal(helper, "verdict"))[:2]
        assert kind == "broken" and int(took) <= 3000, f"{kind} {took} ms"
        assert program.calls()[-1] == "release"


@case()
def a_script_is_what_was_proven_safe(b):
    with Program(b.lab) as program:
        link = b.lab.top / "link"
        link.symlink_to(program.path)
        assert f"FACT script {program.path}" in b.probe("OK", **{**settings_of(program), "command": link})
        link.unlink()


@case()
def a_script_that_fails_holds_nothing(b):
    with Program(b.lab) as program:
        program.failing("check")
        b.probe("REFUSED script .*check failed.*", **settings_of(program))
        program.failing("check", False)
        program.failing("hold")
        b.hold(held="REFUSED script .*hold failed: exit code 1", **settings_of(program))
        assert program.calls()[-2:] == ["hold", "release"]


@case()
def a_script_that_others_may_write_is_refused(b):
    with Program(b.lab) as program:
        for path, mode in ((program.path, 0o757), (program.path, 0o775), (program.folder, 0o777)):
            before = path.stat().st_mode
            path.chmod(mode)
            b.probe("REFUSED script .*not safe: others than root may write to .*", **settings_of(program))
            path.chmod(before)
        program.path.chmod(0o644)
        b.probe("REFUSED script .* is no program", **settings_of(program))
        b.probe("REFUSED bad-request .*", driver="script", method="script")
        assert program.calls() == []


# ---- PostgreSQL

CHECKPOINT = {"driver": "postgresql", "method": "checkpoint", "volume": VOLUMES[1]}


@case(EVERY_SHELL)
def postgresql_is_frozen_after_a_checkpoint(b):
    with Postgres(b.lab) as postgres:
        postgres.sql("CREATE TABLE orders (n INT)")
        lines = b.probe("OK", **CHECKPOINT)
        assert "PROVABLE crash" in lines and any(line.startswith("FACT engine postgresql 15.") for line in lines), lines
        assert f"MOUNT {b.lab.mounts[1]}" in lines
        helper = b.hold(**CHECKPOINT)
        assert any(line.startswith("POSITION lsn 0/") for line in helper.lines), helper.lines
        assert b.lab.is_frozen(b.lab.mounts[1])
        b.release(helper)
        assert helper.end() == 0
        postgres.sql("INSERT INTO orders VALUES (1)")


@case()
def postgresql_is_looked_at_before_it_is_held(b):
    b.probe("REFUSED database .*", **CHECKPOINT)
    with Postgres(b.lab):
        b.probe("REFUSED volume-mismatch .*", **{**CHECKPOINT, "volume": VOLUMES[0]})
        b.probe("REFUSED volume-mismatch .*", **{**CHECKPOINT, "volume": VOLUMES})
        b.probe("REFUSED cluster .*", cluster="edx", min_healthy="3", allow_writer="yes", **CHECKPOINT)
        b.probe("REFUSED writer .*", cluster="edx", min_healthy="1", **CHECKPOINT)  # a primary is a writer
        b.probe("OK", cluster="edx", min_healthy="1", allow_writer="yes", **CHECKPOINT)
        b.probe("REFUSED bad-request .*", **{**CHECKPOINT, "method": "backupStage"})
        assert "PROVABLE filesystem" in b.probe("OK", **{**CHECKPOINT, "method": "filesystem"})


# ---- Galera

def on_member(galera, **changes):
    return {"socket": galera.socket(2), "volume": VOLUMES[1], "cluster": "edx", "min_healthy": "3", **changes}


def is_back(galera):
    return galera.desync(2) == "0" and galera.status(2, "wsrep_local_state") == "4"


@case(EVERY_SHELL)
def a_galera_member_leaves_and_comes_back(b):
    with Galera(b.lab) as galera:
        for method in ("backupStage", "readLock"):
            helper = b.hold(**on_member(galera, method=method))
            assert galera.desync(2) == "1"
            assert any(line.startswith("POSITION wsrep-seqno ") for line in helper.lines), helper.lines
            before = int(galera.sql(2, "SELECT COUNT(*) FROM shop.orders"))
            for _ in range(40):  # more than the others could queue for a member that had not left
                galera.sql(1, "INSERT INTO shop.orders (n) VALUES (1)")
            assert int(galera.sql(2, "SELECT COUNT(*) FROM shop.orders")) == before, "it was not held"
            b.release(helper)
            helper.until(r"SERVICE up \d+")
            assert helper.end() == 0
            assert is_back(galera)
            assert int(galera.sql(2, "SELECT COUNT(*) FROM shop.orders")) == before + 40
            wait_until("the host lock", lambda: b.helper("probe").until("OK|REFUSED busy .*") == "OK")


@case()
def a_galera_member_comes_back_without_the_helper(b):
    with Galera(b.lab) as galera:
        helper = b.hold(max_hold_ms="2000", **on_member(galera))
        os.killpg(helper.process.pid, signal.SIGKILL)
        wait_until("the member", lambda: is_back(galera))
        wait_until("the dead-man's end", lambda: not b.lab.processes(), 15)
        assert b.verdict(helper).startswith("VERDICT broken")
        helper = b.hold(**on_member(galera))
        helper.send(f"ABORT {helper.attempt}")
        helper.until(r"ABORTED \d+")
        helper.until(r"SERVICE up \d+")
        assert is_back(galera)


@case()
def a_galera_member_comes_back_without_the_dead_man(b):
    with Galera(b.lab) as galera:
        helper = b.hold(**on_member(galera))
        guard = dead_man_of(b, helper)
        os.kill(guard, signal.SIGSTOP)  # so that it does not bring the member back before it is killed
        b.release(helper)
        assert galera.desync(2) == "1"
        os.kill(guard, signal.SIGKILL)
        helper.until(r"SERVICE up \d+")
        assert is_back(galera)


DESYNC_ONCE = """[ -e {top}/desynced ] || {{ touch {top}/desynced; mariadb --no-defaults --socket=/run/galera/2.sock -e 'SET GLOBAL wsrep_desync = ON'; }}
exec {real} "$@"
"""


@case()
def what_somebody_else_has_desynced_stays_so(b):
    with Galera(b.lab) as galera:
        galera.sql(2, "SET GLOBAL wsrep_desync = ON")
        b.probe("REFUSED cluster .*", **on_member(galera))  # a member that is not Synced is not held
        galera.sql(2, "SET GLOBAL wsrep_desync = OFF")
        wait_until("the member", lambda: is_back(galera))
        b.probe("REFUSED cluster .*", **on_member(galera, min_healthy="4"))
        b.probe("REFUSED cluster .*", **on_member(galera, cluster=None))
        b.probe("REFUSED writer .*", **on_member(galera, writer="yes"))
        b.probe("OK", **on_member(galera))
        with Standing(b.lab, "sync", DESYNC_ONCE):  # after the preflight
            b.hold(held="REFUSED cluster somebody else has desynced this member just now", **on_member(galera))
        assert galera.desync(2) == "1"
        (b.lab.top / "desynced").unlink()
        assert not journal(b.helpers[-1], "desync").exists()
