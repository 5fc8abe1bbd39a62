"""Services that are stopped and started, with and without systemd."""

import os
import pathlib
import shutil
import signal
import time

from bench import EVERY_SHELL, case, dead_man_of, journal, kill_everybody
from lab import VOLUMES, alive, run, wait_until


SERVICE = """#!/bin/sh
# A stand-in for an init script's front end that starts and stops the real server.
alive() {{ [ -s {pid} ] && kill -0 "$(cat {pid})" 2>/dev/null; }}
case $2 in
  status) alive ;;
  stop) ! alive || {{ p=$(cat {pid}); kill "$p"; while kill -0 "$p" 2>/dev/null; do sleep 0.05; done; rm -f {pid}; }} ;;
  start) [ ! -e {deny} ] || exit 1
    setsid {command} </dev/null >/dev/null 2>&1 &
    while ! mariadb --no-defaults -e 'SELECT 1' >/dev/null 2>&1; do sleep 0.05; done ;;
esac
"""


class Service:
    """`service` of this namespace, standing for the lab's MariaDB."""

    def __init__(self, lab):
        self.lab, self.deny = lab, lab.top / "deny"
        self.path = shutil.which("service") or "/usr/sbin/service"
        script = lab.top / "service"
        script.write_text(SERVICE.format(pid="/run/mysqld/mysqld.pid", deny=self.deny, command=" ".join(lab.server_command())))
        script.chmod(0o755)
        run("mount", "--bind", script, self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.deny.unlink(missing_ok=True)
        try:
            wait_until("the service", self.lab.server_answers)
        finally:
            run("umount", "--lazy", self.path)  # it may be running still


STOP = {"method": "stopService", "service": "mariadb", "stop_timeout_ms": "20000", "start_timeout_ms": "20000"}


@case(EVERY_SHELL)
def a_service_is_stopped_and_started(b):
    rows = b.lab.rows()
    with Service(b.lab):
        for freeze in ("no", "yes"):
            lines = b.probe("OK", freeze=freeze, **STOP)
            assert "FACT service-enabled unknown" in lines, lines
            helper = b.hold(freeze=freeze, **STOP)
            assert not b.lab.server_answers()
            assert b.lab.is_frozen(b.lab.mounts[0]) == (freeze == "yes")
            b.release(helper)
            helper.until(r"SERVICE up \d+")
            assert helper.end() == 0
            assert b.lab.rows() == rows
            server = b.lab.server_pid()
            adjusted = pathlib.Path(f"/proc/{server}/oom_score_adj").read_text().strip()
            assert adjusted == "0", "the service has inherited the dead-man's exemption"
            assert os.getpriority(os.PRIO_PROCESS, server) == 0, "the service has inherited the dead-man's priority"
            session = pathlib.Path(f"/proc/{server}/autogroup")
            assert not session.exists() or session.read_text().endswith("nice 0\n"), session.read_text()
            held = [os.readlink(f) for f in pathlib.Path(f"/proc/{b.lab.server_pid()}/fd").iterdir()]
            assert not any("stillpoint" in name for name in held), held
            wait_until("the host lock", lambda: b.helper("probe").until("OK|REFUSED busy .*") == "OK")


@case()
def a_service_comes_back_after_a_killed_helper(b):
    with Service(b.lab) as service:
        helper = b.hold(max_hold_ms="2000", **STOP)
        service.deny.write_text("")
        os.killpg(helper.process.pid, signal.SIGKILL)
        wait_until("the verdict", lambda: b.verdict(helper).startswith("VERDICT broken"), 5)
        other = b.helper("hold", driver="none", method="none", volume=None)
        other.until("REFUSED busy .*")  # the dead-man owns the host lock until the service is back
        service.deny.unlink()
        wait_until("the service", b.lab.server_answers, 20)


@case()
def a_service_that_is_slow_to_stop_is_started_again(b):
    with Service(b.lab):
        b.hold(held="REFUSED service .*", **{**STOP, "stop_timeout_ms": "100"}).until(r"SERVICE up \d+")
        wait_until("the host lock", lambda: b.helper("probe").until("OK|REFUSED .*") == "OK", 60)
        assert b.lab.server_answers(), "the stop that was given up has taken the service down for good"


@case(EVERY_SHELL)
def who_aborts_hears_whether_the_service_is_back(b):
    with Service(b.lab) as service:
        helper = b.hold(**STOP)
        helper.send(f"ABORT {helper.attempt}")
        helper.until(r"ABORTED \d+")
        helper.until(r"SERVICE up \d+")
        assert helper.end() == 0
        wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)
        helper = b.hold(**{**STOP, "start_timeout_ms": "500"})
        service.deny.write_text("")
        helper.send(f"ABORT {helper.attempt}")
        helper.until(r"ABORTED \d+")
        helper.until("SERVICE down no answer within 500 ms")
        assert helper.end() == 0
        service.deny.unlink()
        wait_until("the service", b.lab.server_answers, 20)


@case()
def a_service_started_meanwhile_breaks_the_hold(b):
    with Service(b.lab):
        helper = b.hold(freeze="no", max_hold_ms="60000", **STOP)
        run("service", "mariadb", "start")
        run("service", "mariadb", "stop")
        b.release(helper, r"RELEASED broken \d+ the service was started meanwhile")
        helper.until(r"SERVICE up \d+")


@case(EVERY_SHELL)
def a_service_comes_back_without_the_dead_man(b):
    with Service(b.lab):
        for order in ("RELEASE", "ABORT"):
            helper = b.hold(**STOP)
            os.kill(dead_man_of(b, helper), signal.SIGKILL)
            helper.send(f"{order} {helper.attempt}")
            if order == "RELEASE":
                helper.until(r"RELEASED broken \d+ the dead-man has died", 5)
                helper.until(r"SERVICE up \d+")
            else:
                helper.until(r"ABORTED \d+", 8)
                helper.until(r"SERVICE up \d+")
            wait_until("the service", b.lab.server_answers)
            assert not b.lab.is_frozen(b.lab.mounts[0])
            helper.end()
            wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)


@case()
def a_write_into_the_stopped_data_breaks_the_hold(b):
    with Service(b.lab):
        helper = b.hold(freeze="no", max_hold_ms="60000", **STOP)
        table = b.lab.data / "shop" / "orders.frm"

        def is_newer():  # the clock of file systems goes in steps of some milliseconds
            os.utime(table)
            return table.stat().st_mtime_ns > journal(helper, "stopped").stat().st_mtime_ns
        wait_until("another time of the file system", is_newer)
        b.release(helper, r"RELEASED broken \d+ the service was started meanwhile")
        helper.until(r"SERVICE up \d+")


@case(EVERY_SHELL)
def a_write_behind_a_link_of_the_stopped_data_breaks_the_hold(b):
    away = b.lab.mounts[1] / "away"
    away.mkdir()
    file, link = away / "file", b.lab.data / "elsewhere"
    file.write_text("")
    link.symlink_to(away)
    try:
        with Service(b.lab):
            helper = b.hold(freeze="no", max_hold_ms="60000", volume=VOLUMES, **STOP)

            def is_newer():
                os.utime(file)
                return file.stat().st_mtime_ns > journal(helper, "stopped").stat().st_mtime_ns
            wait_until("another time of the file system", is_newer)
            b.release(helper, r"RELEASED broken \d+ the service was started meanwhile")
            helper.until(r"SERVICE up \d+")
    finally:
        link.unlink()
        shutil.rmtree(away)


@case(EVERY_SHELL)
def a_dead_man_that_does_not_move_is_stood_in_for(b):
    helper = b.hold(max_hold_ms="1500")
    pid = dead_man_of(b, helper)
    os.kill(pid, signal.SIGSTOP)
    try:
        helper.until(r"RELEASED broken \d+ overdue")
        assert time.monotonic() - helper.armed_at < 2.5 + 1
        assert not b.lab.is_frozen(b.lab.mounts[0])
        b.lab.sql("INSERT INTO shop.orders (n) VALUES (3)")
    finally:
        os.kill(pid, signal.SIGCONT)


@case()
def a_service_found_stopped_is_refused(b):
    with Service(b.lab):
        run("service", "mariadb", "stop")
        b.probe("REFUSED service .*", **STOP)
        run("service", "mariadb", "start")


SYSTEMCTL = """#!/bin/sh
# A stand-in for systemctl that has one unit, the lab's MariaDB.
verb=$1
for name in "$@"; do :; done
case $verb in
  is-enabled) [ ! -e {disabled} ] ;;
  is-active) service "$name" status ;;
  show) case "$*" in *MainPID*) echo "${{STUB_PID:-77}}"; exit ;; esac; grep -q ActiveState {since} || echo ActiveState=inactive; cat {since} ;;
  stop) service "$name" stop; [ ! -e {crash} ] || {{ cat {crash} >{since}; exit 0; }}; date +%s%N >{since}; [ ! -e {fail} ] ;;
  start) service "$name" start ;;
esac
"""
SYSTEMD_RUN = """#!/bin/sh
# A stand-in for systemd-run --pipe: options up to the command, which gets a session of its own and our stdin.
while [ "$1" != /bin/sh ]; do case $1 in -p) shift ;; esac; shift; done
touch {used}
setsid "$@" &
wait
"""


@case()
def systemd_is_used_where_it_runs(b):
    used, disabled, since, crash, fail = (b.lab.top / name for name in ("used", "disabled", "since", "crash", "fail"))
    since.write_text("0\n")
    bound = []
    for name, text in (("systemctl", SYSTEMCTL), ("systemd-run", SYSTEMD_RUN)):
        script = b.lab.top / name
        script.write_text(text.format(used=used, disabled=disabled, since=since, crash=crash, fail=fail))
        script.chmod(0o755)
        bound.append(shutil.which(name))
        run("mount", "--bind", script, bound[-1])
    os.makedirs("/run/systemd/system")
    try:
        with Service(b.lab):
            disabled.write_text("")
            b.probe("REFUSED service .*not enabled.*", **STOP)
            disabled.unlink()
            os.environ["STUB_PID"] = "0"
            b.probe("REFUSED service .*no process of its own.*", **STOP)
            del os.environ["STUB_PID"]
            assert "FACT service-enabled yes" in b.probe("OK", **STOP)
            helper = b.hold(**STOP)
            assert used.exists()
            b.release(helper)
            helper.until(r"SERVICE up \d+")
            helper.end()
            wait_until("the host lock", lambda: b.helper("probe").until("OK|REFUSED busy .*") == "OK")
            helper = b.hold(freeze="no", **STOP)
            since.write_text("1\n")  # it was started and stopped again
            b.release(helper, r"RELEASED broken \d+ the service was started meanwhile")
            helper.until(r"SERVICE up \d+")
            # A service that was killed has not shut down: its data are no better than after a crash.
            for trouble, state, words in ((crash, "failed", "mariadb did not shut down by itself.*"),
                                          (crash, "activating", "mariadb did not shut down by itself.*"),
                                          (fail, "failed", r"stopping mariadb failed \(exit code 1\)")):
                wait_until("the host lock", lambda: b.helper("probe").until("OK|REFUSED busy .*") == "OK")
                trouble.write_text(f"ActiveState={state}\n")
                b.hold(held=f"REFUSED service {words}", freeze="no", **STOP).until(r"SERVICE up \d+")
                trouble.unlink()
    finally:
        for path in bound:
            run("umount", "--lazy", path)
        shutil.rmtree("/run/systemd")


@case(EVERY_SHELL)
def a_service_that_everybody_has_left_stopped_is_started_by_the_next(b):
    with Service(b.lab):
        helper = b.hold(**STOP)
        kill_everybody(b, helper)
        b.helper("probe", **STOP).until("OK|REFUSED (busy|service) .*")  # a controller probes before it holds
        wait_until("the service", b.lab.server_answers, 20)
        wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)
        assert b.verdict(helper).startswith("VERDICT broken")
        assert not journal(helper, "start").exists()
