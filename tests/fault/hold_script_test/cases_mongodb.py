"""MongoDB, by stand-ins for it and for its shell: their behaviour is the manual's, nobody's server was asked."""

import contextlib
import json
import os
import pathlib
import shutil
import signal

from bench import EVERY_SHELL, Standing, case, dead_man_of, journal, kill_everybody, lets_go_by, words_of
from engines import Mongo, MongoWriter
from lab import VOLUMES, alive, wait_until

LOCK = {"driver": "mongodb", "method": "fsyncLock", "volume": VOLUMES[1], "freeze": "no"}
JOURNAL = {**LOCK, "method": "journal"}
MEMBER = {"cluster": "edx", "min_healthy": "3"}


def settled(b, mongo, unlocks, locks=0):
    wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)
    state = mongo.set()
    assert (state["unlocks"], state["lockCount"]) == (unlocks, locks), state


@case(EVERY_SHELL)
def a_mongodb_is_held_by_its_lock(b):
    with Mongo(b.lab) as mongo, MongoWriter(mongo) as writer:
        assert "PROVABLE application" in b.probe("OK", **LOCK)
        for number, freeze in enumerate(("no", "yes"), 1):
            helper = b.hold(**{**LOCK, "freeze": freeze})
            assert mongo.lock_count() == 1
            assert b.lab.is_frozen(b.lab.mounts[1]) == (freeze == "yes")
            b.release(helper)
            assert writer.between(helper.held_at, helper.sent_at) == 0, "rows were written during the hold"
            writer.goes_on()
            assert helper.end() == 0
            settled(b, mongo, number)


@case(EVERY_SHELL)
def a_mongodb_s_journal_needs_no_lock(b):
    with Mongo(b.lab) as mongo, MongoWriter(mongo) as writer:
        assert "PROVABLE crash" in b.probe("OK", **JOURNAL)
        for freeze in ("no", "yes"):
            helper = b.hold(**{**JOURNAL, "freeze": freeze})
            assert b.lab.is_frozen(b.lab.mounts[1]) == (freeze == "yes")
            b.release(helper)
            writer.goes_on()
        settled(b, mongo, 0)


@case()
def a_journal_on_another_volume_is_found(b):
    away = b.lab.mounts[0] / "away"
    away.mkdir()
    with Mongo(b.lab) as mongo:
        (mongo.data / "journal").rmdir()
        (mongo.data / "journal").symlink_to(away)
        b.probe("REFUSED volume-mismatch .*", **JOURNAL)
        b.probe("REFUSED bad-request .*freeze them", **{**JOURNAL, "volume": VOLUMES})
        b.probe("OK", **{**JOURNAL, "volume": VOLUMES, "freeze": "yes"})
        b.probe("OK", **{**LOCK, "volume": VOLUMES})
        (mongo.data / "journal").unlink()
        (mongo.data / "journal").mkdir()
        (mongo.data / "shop").mkdir()
        (mongo.data / "shop" / "index").symlink_to(away)
        b.probe("REFUSED volume-mismatch .*", **JOURNAL)
    away.rmdir()


@case(EVERY_SHELL)
def a_killed_helper_leaves_no_fsync_lock(b):
    with Mongo(b.lab) as mongo, MongoWriter(mongo) as writer:
        helper = b.hold(max_hold_ms="4000", **LOCK)
        os.killpg(helper.process.pid, signal.SIGKILL)
        lets_go_by(b, writer, helper, 5.0)
        settled(b, mongo, 1)


@case(EVERY_SHELL)
def the_deadline_takes_the_fsync_lock_back(b):
    with Mongo(b.lab) as mongo, MongoWriter(mongo) as writer:
        helper = b.hold(max_hold_ms="2000", **{**LOCK, "freeze": "yes"})
        lets_go_by(b, writer, helper, 3.0)
        helper.until(r"RELEASED broken \d+ deadline")
        settled(b, mongo, 1)


@case()
def an_abort_takes_the_fsync_lock_back(b):
    with Mongo(b.lab) as mongo:
        helper = b.hold(**LOCK)
        helper.send(f"ABORT {helper.attempt}")
        helper.until(r"ABORTED \d+", 4)
        settled(b, mongo, 1)


@case(EVERY_SHELL)
def a_lost_shell_breaks_the_hold(b):
    with Mongo(b.lab) as mongo, MongoWriter(mongo) as writer:
        helper = b.hold(**LOCK)
        os.kill(int(words_of(journal(helper, "client"))[0]), signal.SIGKILL)
        helper.until(r"RELEASED broken \d+ the lock session ended", 5)
        writer.goes_on()
        settled(b, mongo, 1)


@case(EVERY_SHELL)
def an_fsync_lock_without_a_dead_man_is_taken_back(b):
    with Mongo(b.lab) as mongo, MongoWriter(mongo) as writer:
        helper = b.hold(max_hold_ms="2000", **LOCK)
        os.kill(dead_man_of(b, helper), signal.SIGKILL)
        lets_go_by(b, writer, helper, 9.0)
        helper.until(r"RELEASED broken \d+ overdue", 15)
        settled(b, mongo, 1)


@case()
def an_fsync_lock_without_its_second_session_is_taken_back(b):
    with Mongo(b.lab) as mongo, MongoWriter(mongo) as writer:
        helper = b.hold(max_hold_ms="3000", **LOCK)
        os.kill(int(words_of(journal(helper, "killer"))[0]), signal.SIGKILL)
        os.killpg(helper.process.pid, signal.SIGKILL)
        writer.goes_on()
        settled(b, mongo, 1)


@case(EVERY_SHELL)
def an_fsync_lock_that_everybody_has_left_is_taken_back_by_the_next(b):
    with Mongo(b.lab) as mongo, MongoWriter(mongo) as writer:
        helper = b.hold(**LOCK)
        kill_everybody(b, helper)
        assert mongo.lock_count() == 1
        b.verdict(helper)  # whoever comes next
        writer.goes_on()
        assert b.verdict(helper).startswith("VERDICT broken")
        settled(b, mongo, 1)
        b.probe("OK", **LOCK)


@case(EVERY_SHELL)
def an_fsync_lock_that_does_not_come_is_given_up(b):
    with Mongo(b.lab, stuck=True) as mongo:
        for version in ("7.0.5", "6.0.1"):  # of which the server gives up the one, the helper the other
            mongo.set(version=version)
            b.hold(held="REFUSED lock-timeout .*", lock_timeout_ms="1000", max_hold_ms="60000", **LOCK)
            settled(b, mongo, 0)


@case()
def an_fsync_lock_that_comes_late_is_taken_back(b):
    with Mongo(b.lab, stuck=True, deaf=True, version="6.0.1") as mongo:
        helper = b.hold(held="REFUSED lock-timeout .*", lock_timeout_ms="1000", max_hold_ms="5000", **LOCK)
        helper.process.stdin.close()
        assert b.lab.processes(), "nobody is left to take it back"
        mongo.set(stuck=False)
        settled(b, mongo, 1)


@case(EVERY_SHELL)
def an_fsync_lock_on_its_way_does_not_outlive_its_helper(b):
    for deaf, unlocks in ((False, 0), (True, 1)):  # the server hears that it is to give the lock up, or grants it in the end
        with Mongo(b.lab, stuck=True, deaf=deaf, version="6.0.1") as mongo:
            helper = b.helper("hold", max_hold_ms="5000", **LOCK)
            helper.until("LOCKED")
            helper.send("HOLD")
            wait_until("the lock to be asked for", lambda: mongo.lock_count() == 1)
            os.killpg(helper.process.pid, signal.SIGKILL)
            if deaf:
                wait_until("the shell's end", lambda: not alive(int(words_of(journal(helper, "client"))[0])))
                mongo.set(stuck=False)
            settled(b, mongo, unlocks)


@case(EVERY_SHELL)
def somebody_else_s_fsync_lock_is_left_alone(b):
    with Mongo(b.lab) as mongo:
        mongo.command({"fsync": 1, "lock": True})
        b.probe("REFUSED database somebody has locked it already .*", **LOCK)
        b.probe("REFUSED database somebody has locked it already .*", **JOURNAL)
        mongo.command({"fsyncUnlock": 1})
        helper = b.hold(**LOCK)
        mongo.command({"fsync": 1, "lock": True})
        b.release(helper, r"RELEASED broken \d+ somebody else has locked it, too")
        settled(b, mongo, 2, locks=1)
        mongo.command({"fsyncUnlock": 1})
        helper = b.hold(max_hold_ms="4000", **LOCK)
        mongo.command({"fsync": 1, "lock": True})
        os.killpg(helper.process.pid, signal.SIGKILL)
        settled(b, mongo, 4, locks=1)


SAY_ONCE = """[ -e {top}/said ] || {{ touch {top}/said; python3 -c '
import json, socket
one = socket.socket(socket.AF_UNIX)
one.connect("/run/mongod.sock")
one.sendall(json.dumps(DOCUMENT).encode() + bytes([10]))
one.recv(1000)'; }}
exec {real} "$@"
"""


@contextlib.contextmanager
def said_after_the_preflight(b, document):
    text = json.dumps(document).replace("true", "True").replace("{", "{{").replace("}", "}}")
    with Standing(b.lab, "sync", SAY_ONCE.replace("DOCUMENT", text)):
        yield
    (b.lab.top / "said").unlink()


@case()
def a_lock_that_is_not_the_only_one_is_given_back(b):
    with Mongo(b.lab) as mongo, said_after_the_preflight(b, {"fsync": 1, "lock": True}):
        b.hold(held="REFUSED database somebody else has locked it, too", **LOCK)
        settled(b, mongo, 1, locks=1)


@case()
def a_mongodb_of_another_machine_is_refused(b):
    with Mongo(b.lab) as mongo:
        b.probe("OK", **JOURNAL)
        for pid in (1, 99999999, 2 ** 40, "1/fd/../../self"):
            mongo.set(pid=pid)
            b.probe("REFUSED volume-mismatch the server that answers is no process of this machine.*", **JOURNAL)
        mongo.set(pid=None)
        copy = b.lab.mounts[1] / "copy"  # a folder of the same name, which another process or none has open
        shutil.copytree(mongo.data, copy)
        mongo.set(dbPath=str(copy))
        b.probe("REFUSED volume-mismatch the server that answers is no process of this machine.*", **LOCK)
        mongo.set(dbPath=str(mongo.data))
        with said_after_the_preflight(b, {"standIn": {"processId": "b" * 24}}):  # a name of several servers
            b.hold(held="REFUSED database another server answers than before", **LOCK)
        settled(b, mongo, 0)
        shutil.rmtree(copy)


@case()
def somebody_else_s_unlock_breaks_the_hold(b):
    with Mongo(b.lab) as mongo:
        helper = b.hold(**LOCK)
        mongo.command({"fsyncUnlock": 1})
        b.release(helper, r"RELEASED broken \d+ it was not locked any more")
        settled(b, mongo, 1)


@case()
def a_position_that_moves_breaks_the_hold(b):
    with Mongo(b.lab, role="secondary") as mongo:
        helper = b.hold(**LOCK, **MEMBER)
        assert any(line.startswith("POSITION optime ") for line in helper.lines), helper.lines
        mongo.command({"fsyncUnlock": 1})
        mongo.command({"insert": "orders"})
        mongo.command({"fsync": 1, "lock": True})
        b.release(helper, r"RELEASED broken \d+ the position has moved")
        settled(b, mongo, 2)


@case()
def a_server_that_was_started_anew_is_not_unlocked(b):
    with Mongo(b.lab) as mongo:
        helper = b.hold(max_hold_ms="5000", **LOCK)
        mongo.kill()
        mongo.start()
        mongo.command({"fsync": 1, "lock": True})
        b.release(helper, r"RELEASED broken \d+ .*")
        settled(b, mongo, 0, locks=1)


@case()
def a_mongodb_that_cannot_be_held_is_refused(b):
    b.probe("REFUSED missing-command mongosh .*", **LOCK)
    with Mongo(b.lab) as mongo:
        for settings, words, method in (
                ({"version": "4.2.3"}, "unsupported .*4.4", LOCK), ({"version": "x"}, "unsupported .*", LOCK),
                ({"router": True}, "unsupported .*mongos.*", LOCK), ({"engine": "inMemory"}, "unsupported .*inMemory.*", LOCK),
                ({"journal": False}, "unsupported .*journal.*", JOURNAL), ({"busy": True}, "long-query .*90 s", LOCK),
                ({"dbPath": "/srv/no such\nrole primary"}, "volume-mismatch .*", LOCK), ({"dbPath": "/srv/$(touch x)"}, "volume-mismatch .*", LOCK),
                ({"dbPath": "relative"}, "volume-mismatch .*", LOCK), ({"dbPath": "/tmp"}, "volume-mismatch .*", JOURNAL)):
            mongo.set(**settings)
            b.probe(f"REFUSED {words}", **method)
            mongo.set(**{**DEFAULTS, "dbPath": str(mongo.data)})
        b.probe("REFUSED volume-mismatch .*", **{**LOCK, "volume": VOLUMES[0]})
        b.probe("REFUSED bad-request .*", **{**LOCK, "method": "backupStage"})
        b.probe("REFUSED bad-request .*", max_lag_ms="1e3", **LOCK)
        b.probe("OK", **LOCK)
        mongo.kill()
        b.probe("REFUSED database .*ECONNREFUSED.*", **LOCK)
        mongo.start()


DEFAULTS = {"version": "7.0.5", "router": False, "engine": "wiredTiger", "journal": True, "busy": False}
ACTIONS = ["fsync", "unlock", "killop", "inprog"]
PASSWORD = "s3cret-of-the-account"


@contextlib.contextmanager
def login_file(text):
    path = pathlib.Path("/run/login.js")
    path.write_text(text)
    path.chmod(0o600)
    try:
        yield path
    finally:
        path.unlink()


@case(EVERY_SHELL)
def the_password_stays_in_its_file(b):
    with Mongo(b.lab, logs_in=True, users={"stillpoint": {"password": PASSWORD, "actions": ACTIONS}}) as mongo, \
            login_file(f'db = connect("mongodb://stillpoint:{PASSWORD}@127.0.0.1/admin")\n') as path:
        b.probe("REFUSED privileges .*", **LOCK)
        helper = b.hold(**LOCK, defaults_file=path)
        for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                assert PASSWORD.encode() not in entry.read_bytes(), entry
        b.release(helper)
        settled(b, mongo, 1)
        for wrong in (f'db = connect("mongodb://stillpoint:not-{PASSWORD}@127.0.0.1/admin")\n', f'db = connect("{PASSWORD}\n', "1;\n"):
            path.write_text(wrong)
            lines = b.probe("REFUSED (privileges|database) .*", **LOCK, defaults_file=path)
            assert PASSWORD not in "\n".join(lines), lines


@case()
def a_defaults_file_that_others_could_change_or_read_is_refused(b):
    with Mongo(b.lab, logs_in=True), login_file('db = connect("mongodb://127.0.0.1/admin")\n') as path:
        b.probe("OK", **LOCK, defaults_file=path)
        for mode, words in ((0o602, "others than root may write"), (0o660, "others than root may write"), (0o604, "others may read"), (0o640, "others may read")):
            path.chmod(mode)
            os.chown(path, 0, 65534)
            b.probe(f"REFUSED database .*{words}.*", **LOCK, defaults_file=path)
        os.chown(path, 0, 0)
        b.probe("OK", **LOCK, defaults_file=path)
        b.probe("REFUSED database the defaults file cannot be read", **LOCK, defaults_file="/run/none.js")
        strange = path.with_name('a"); evil(".js')
        strange.write_text("1")
        link = path.with_name("link.js")
        link.symlink_to(strange)
        b.probe("REFUSED database the defaults file cannot be read", **LOCK, defaults_file=link)
        link.unlink()
        strange.unlink()


@case()
def an_account_that_may_not_unlock_may_not_lock(b):
    for lacking in ACTIONS:
        actions = [action for action in ACTIONS if action != lacking]
        with Mongo(b.lab, logs_in=True, users={"stillpoint": {"password": "x", "actions": actions}}) as mongo, \
                login_file('db = connect("mongodb://stillpoint:x@127.0.0.1/admin")\n') as path:
            b.probe("REFUSED privileges .*", **LOCK, defaults_file=path)
            settled(b, mongo, 0)


@case()
def a_mongodb_is_reached_by_its_socket(b):
    with Mongo(b.lab) as mongo:
        other = pathlib.Path("/run/other@host:1.sock")
        mongo.SOCKET.rename(other)
        b.probe("REFUSED database .*", **LOCK)
        b.probe("OK", socket=other, **LOCK)
        other.rename(mongo.SOCKET)


@case()
def a_mongodb_is_stopped_and_started(b):
    with Mongo(b.lab) as mongo:
        pid = mongo.service()
        stop = {**LOCK, "method": "stopService", "service": "mongod", "stop_timeout_ms": "20000", "start_timeout_ms": "20000"}
        assert "PROVABLE application" in b.probe("OK", **stop)
        helper = b.hold(**stop)
        assert mongo.process.wait(5) is not None
        b.release(helper)
        helper.until(r"SERVICE up \d+")
        assert helper.end() == 0
        settled(b, mongo, 0)
        new = int(pid.read_text())
        os.kill(new, signal.SIGTERM)
        wait_until("its end", lambda: not alive(new))
        mongo.start()


@case()
def a_freeze_that_fails_takes_the_fsync_lock_back(b):
    with Mongo(b.lab) as mongo, Standing(b.lab, "fsfreeze", '[ "$1" = -u ] && exec {real} "$@"\nexit 1\n'):
        b.hold(held="REFUSED internal .* could not be frozen", **{**LOCK, "freeze": "yes"})
        settled(b, mongo, 1)
