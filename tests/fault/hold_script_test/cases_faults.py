"""What dies, hangs or is taken away while something is held."""

import os
import pathlib
import re
import signal

from bench import EVERY_SHELL, Standing, case, dead_man_of, journal, kill_everybody, lets_go_by, wait_into_hold, words_of
from lab import VOLUMES, Helper, Writer, run, wait_until


@case(EVERY_SHELL)
def the_deadline_lets_go(b):
    with Writer() as writer:
        helper = b.hold(max_hold_ms="2000")
        lets_go_by(b, writer, helper, 3.0)
        helper.until(r"RELEASED broken \d+ deadline")
    assert helper.end() == 1
    assert b.verdict(helper).startswith("VERDICT broken"), b.verdict(helper)


@case(EVERY_SHELL)
def a_killed_helper_lets_go(b):
    with Writer() as writer:
        helper = b.hold(max_hold_ms="3000")
        os.killpg(helper.process.pid, signal.SIGKILL)
        lets_go_by(b, writer, helper, 4.0)
    wait_until("the verdict", lambda: b.verdict(helper).startswith("VERDICT broken"))


@case()
def a_stopped_helper_lets_go(b):
    with Writer() as writer:
        helper = b.hold(max_hold_ms="2000")
        helper.process.send_signal(signal.SIGSTOP)
        lets_go_by(b, writer, helper, 3.0)
        helper.process.send_signal(signal.SIGCONT)
        b.release(helper, r"RELEASED broken \d+ deadline")


@case()
def a_terminated_helper_lets_go(b):
    helper = b.hold()
    helper.process.terminate()
    helper.until(r"ABORTED \d+", 3)


@case(EVERY_SHELL)
def a_killed_dead_man_is_stood_in_for(b):
    with Writer() as writer:
        helper = b.hold(max_hold_ms="2000")
        guard = dead_man_of(b, helper)
        os.kill(guard, signal.SIGKILL)
        lets_go_by(b, writer, helper, 9.0)
        helper.until(r"RELEASED broken \d+ overdue", 15)


@case(EVERY_SHELL)
def a_dead_man_that_does_not_move_is_not_waited_for_too_long(b):
    for order in ("ABORT", "end"):
        with Writer() as writer:
            helper = b.hold(max_hold_ms="3000")
            guard = dead_man_of(b, helper)
            os.kill(guard, signal.SIGSTOP)
            try:
                wait_into_hold(helper, 2.5)
                if order == "ABORT":
                    helper.send(f"ABORT {helper.attempt}")
                else:
                    helper.process.stdin.close()
                lets_go_by(b, writer, helper, 4.0)
                helper.until(r"ABORTED \d+")
            finally:
                os.kill(guard, signal.SIGCONT)
        wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)


@case(EVERY_SHELL)
def a_lost_lock_session_breaks_the_hold(b):
    helper = b.hold()
    os.kill(int(words_of(journal(helper, "client"))[0]), signal.SIGKILL)
    helper.until(r"RELEASED broken \d+ the lock session ended", 5)
    assert helper.end() == 1


@case()
def a_killed_connection_breaks_the_hold(b):
    helper = b.hold()
    b.lab.sql(f"KILL CONNECTION {journal(helper, 'connection').read_text()}")
    b.release(helper, r"RELEASED broken \d+ the lock session .*")


@case(EVERY_SHELL)
def somebody_else_s_thaw_breaks_the_hold(b):
    with Writer() as writer:
        helper = b.hold()
        run("fsfreeze", "-u", b.lab.mounts[0])
        b.release(helper, r"RELEASED broken \d+ a filesystem was not frozen any more")
        writer.goes_on()


@case()
def somebody_else_s_freeze_is_left_alone(b):
    second = b.lab.mounts[1]
    away = second / "away"
    away.mkdir()
    link = b.lab.data / "elsewhere"
    link.symlink_to(away)
    run("fsfreeze", "-f", second)
    try:
        with Writer() as writer:
            # the sync before the lock does not wait for a frozen filesystem that is clean
            b.hold(held="REFUSED frozen .*", volume=VOLUMES)
            writer.goes_on()
        assert not b.lab.is_frozen(b.lab.mounts[0])
        assert b.lab.is_frozen(second), "somebody else's freeze was taken away"
    finally:
        run("fsfreeze", "-u", second, check=False)
        link.unlink()
        away.rmdir()


@case()
def a_lock_that_does_not_come_is_given_up(b):
    holder = Helper(["mariadb", "--no-defaults", "-N", "-B"], "--unbuffered")
    b.helpers.append(holder)
    holder.send("CREATE TABLE IF NOT EXISTS shop.old (n INT) ENGINE=MyISAM; LOCK TABLES shop.old WRITE; SELECT 'ready';")
    holder.until("ready")
    b.hold(held="REFUSED lock-timeout .*", max_hold_ms="2000")
    holder.end()
    b.lab.sql("DROP TABLE shop.old")


@case()
def a_client_that_goes_on_after_an_error_has_no_lock(b):
    holder = Helper(["mariadb", "--no-defaults", "-N", "-B"], "--unbuffered")
    b.helpers.append(holder)
    holder.send("LOCK TABLES shop.orders WRITE; SELECT 'ready';")
    holder.until("ready")
    request = {"method": "readLock", "max_hold_ms": "60000", "lock_timeout_ms": "1000"}
    options = pathlib.Path("/run/force.cnf")
    options.write_text("[client]\nforce\n")
    b.hold(held="REFUSED lock-timeout .*", defaults_file=options, **request)
    options.unlink()
    with Standing(b.lab, "mariadb", 'exec {real} "$@" --force\n'):  # one that does not do as it is told
        b.hold(held="REFUSED lock-timeout (1205|1969) .*", **request)
    holder.end()


@case()
def an_attempt_is_not_repeated(b):
    helper = b.hold()
    b.release(helper)
    helper.end()
    again = b.helper("hold", attempt=helper.attempt)
    again.until("REFUSED bad-request .*")


@case(EVERY_SHELL)
def what_everybody_has_left_is_let_go_by_the_next(b):
    for question in ("hold", "probe", "verdict"):
        helper = b.hold()
        kill_everybody(b, helper)
        assert b.lab.is_frozen(b.lab.mounts[0])
        if question == "hold":
            b.release(b.hold())
        elif question == "probe":
            b.probe("OK")
        assert re.fullmatch(r"VERDICT broken \d+ both of its processes had died", b.verdict(helper))
        assert not b.lab.is_frozen(b.lab.mounts[0])
        wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)
        assert not journal(helper, "request").exists()
