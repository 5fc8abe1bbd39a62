"""The driver mysql: on the real MariaDB for what the two have in common, on a stand-in for the client of a MySQL 8 for the rest."""

import os
import pathlib
import signal

from bench import EVERY_SHELL, case, dead_man_of, journal, lets_go_by, words_of
from engines import Mysql
from lab import VOLUMES, Writer, wait_until

INSTANCE = {"driver": "mysql", "method": "instanceLock", "volume": VOLUMES[1], "freeze": "no"}
READ_LOCK = {**INSTANCE, "method": "readLock"}


@case(EVERY_SHELL)
def the_driver_mysql_holds_a_mariadb_where_it_can(b):
    common = {"driver": "mysql", "method": "readLock"}
    with Writer() as writer:
        helper = b.hold(**common)
        assert any(line.startswith("POSITION gtid 0-1-") for line in helper.lines), helper.lines
        b.release(helper)
        assert writer.between(helper.held_at, helper.sent_at) == 0, "rows were committed during the hold"
        writer.goes_on()
        assert helper.end() == 0
        helper = b.hold(max_hold_ms="3000", **common)
        os.killpg(helper.process.pid, signal.SIGKILL)
        lets_go_by(b, writer, helper, 4.0)
    b.settled()
    assert "PROVABLE filesystem" in b.probe("OK", driver="mysql", method="filesystem")
    b.probe("REFUSED unsupported this is MariaDB, .*backupStage", driver="mysql", method="instanceLock")
    b.probe("REFUSED bad-request .*", driver="mysql")


@case(EVERY_SHELL)
def a_mysql_is_held_by_its_instance_lock(b):
    with Mysql(b.lab) as mysql:
        lines = b.probe("OK", **INSTANCE)
        assert "PROVABLE crash" in lines and "FACT engine mysql 8.0.36" in lines, lines
        for freeze in ("no", "yes"):
            helper = b.hold(**{**INSTANCE, "freeze": freeze})
            assert mysql.locked("instance-lock")
            assert not any(line.startswith("POSITION") for line in helper.lines), helper.lines
            assert b.lab.is_frozen(b.lab.mounts[1]) == (freeze == "yes")
            mysql.set(pos=4711)  # rows may change
            b.release(helper)
            assert not mysql.locked("instance-lock")
            assert helper.end() == 0


@case(EVERY_SHELL)
def a_mysql_is_held_by_a_read_lock(b):
    with Mysql(b.lab) as mysql:
        assert "PROVABLE application" in b.probe("OK", **READ_LOCK)
        helper = b.hold(**READ_LOCK)
        for line in ("gtid 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77", "binlog-file binlog.000007", "binlog-pos 157"):
            assert f"POSITION {line}" in helper.lines, helper.lines
        b.release(helper)
        helper.end()
        helper = b.hold(**READ_LOCK)
        mysql.set(pos=158)
        b.release(helper, r"RELEASED broken \d+ the position has moved")


@case(EVERY_SHELL)
def a_mysql_is_let_go_without_its_helper(b):
    with Mysql(b.lab) as mysql:
        for request, lock in ((INSTANCE, "instance-lock"), (READ_LOCK, "read-lock")):
            helper = b.hold(max_hold_ms="3000", **request)
            os.killpg(helper.process.pid, signal.SIGKILL)
            wait_until("the unlock", lambda: not mysql.locked(lock))
            wait_until("the verdict", lambda: b.verdict(helper).startswith("VERDICT broken"))
            wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)
        helper = b.hold(max_hold_ms="2000", **INSTANCE)
        os.kill(dead_man_of(b, helper), signal.SIGKILL)
        helper.until(r"RELEASED broken \d+ overdue", 15)
        wait_until("the unlock", lambda: not mysql.locked("instance-lock"))
        helper = b.hold(**INSTANCE)
        os.kill(int(words_of(journal(helper, "client"))[0]), signal.SIGKILL)
        helper.until(r"RELEASED broken \d+ the lock session ended", 5)


@case()
def an_instance_lock_that_does_not_come_is_given_up(b):
    with Mysql(b.lab, blocked=True):
        b.hold(held="REFUSED lock-timeout 1205.*", lock_timeout_ms="1000", **INSTANCE)


@case(EVERY_SHELL)
def a_lock_that_does_not_come_is_given_up_without_a_dead_man(b):
    with Mysql(b.lab, blocked=True, patient=True):  # each of several statements may wait for its own time
        helper = b.helper("hold", max_hold_ms="2000", **READ_LOCK)
        helper.until("LOCKED")
        helper.send("HOLD")
        wait_until("the lock to be asked for", lambda: journal(helper, "lock").exists())
        os.kill(dead_man_of(b, helper), signal.SIGKILL)
        helper.until("REFUSED lock-timeout .*")
        kind, took = words_of(journal(helper, "verdict"))[:2]
        assert kind == "broken" and int(took) <= 3000, f"{kind} {took} ms"


@case()
def a_mysql_that_cannot_be_held_is_refused(b):
    with Mysql(b.lab) as mysql:
        b.probe("REFUSED unsupported this is MySQL and not MariaDB.*", **{**INSTANCE, "driver": "mariadb", "method": "backupStage"})
        good = dict(mysql.settings)
        for settings, words, request in (
                ({"version": "5.7.44"}, "unsupported MySQL 5.7.44 .*", INSTANCE), ({"version": "x\ty"}, "unsupported .*", INSTANCE),
                ({"foreign": 3}, "unsupported 3 tables are not of InnoDB.*", INSTANCE),
                ({"rights": ["PROCESS"]}, "privileges .*BACKUP_ADMIN", INSTANCE), ({"rights": ["RELOAD"]}, "privileges .*PROCESS", INSTANCE),
                ({"rights": ["PROCESS", "BACKUP_ADMIN"]}, "privileges .*RELOAD", READ_LOCK), ({"long": "7 90 s"}, "long-query .*", READ_LOCK),
                ({"replication": 2}, "cluster .*", INSTANCE), ({"group": "3 ONLINE SECONDARY"}, "cluster .*", INSTANCE),
                ({"files": ["/var/lib/elsewhere/t.ibd"]}, "volume-mismatch .*", INSTANCE), ({"files": ["/srv/a b.ibd"]}, "volume-mismatch .*", INSTANCE),
                ({"files": ["/srv/$(touch${IFS}x)"]}, "volume-mismatch .*", INSTANCE),
                *(({"variables": {**good["variables"], name: value}}, "volume-mismatch .*", INSTANCE) for name, value in (
                    ("rocksdb_datadir", "/var/lib/rocks"), ("rocksdb_wal_dir", "/var/lib/rocks"), ("innodb_undo_directory", "../undo"),
                    ("innodb_data_file_path", "ibdata1:12M;/var/lib/[a-z]*/ibdata2:1G"), ("log_bin_basename", "/var/lib/[a-z]*/binlog"))),
                ({"variables": {**good["variables"], "wsrep_on": "ON"}}, "unsupported .*Galera.*", READ_LOCK)):
            mysql.set(**settings)
            b.probe(f"REFUSED {words}", **request)
            mysql.set(**good)
        b.probe("OK", **INSTANCE)
        b.probe("OK", **{**INSTANCE, "method": "filesystem", "freeze": "yes"})
        b.probe("REFUSED bad-request .*", **{**INSTANCE, "method": "backupStage"})
        b.probe("REFUSED database .*", defaults_file="/run/none.cnf", **INSTANCE)


@case()
def an_instance_lock_gives_no_common_instant(b):
    away = b.lab.mounts[0] / "away"
    away.mkdir()
    space = away / "t.ibd"
    space.write_text("")
    with Mysql(b.lab, files=[str(space)]):
        both = {**INSTANCE, "volume": VOLUMES}
        b.probe("REFUSED bad-request .*freeze them", **both)
        b.probe("OK", **{**both, "freeze": "yes"})
        b.probe("OK", **{**both, "method": "readLock"})
    space.unlink()
    away.rmdir()


@case()
def members_of_a_replication_group_are_looked_at(b):
    member = {**READ_LOCK, "cluster": "edx", "min_healthy": "3"}
    with Mysql(b.lab, group="3 ONLINE SECONDARY") as mysql:
        b.probe("OK", **member)
        helper = b.hold(**member)
        b.release(helper)
        helper.until("SERVICE up 0")
        helper.end()
        mysql.set(group="2 ONLINE SECONDARY")
        b.probe("REFUSED cluster 2 members are there, 3 are wanted", **member)
        mysql.set(group="3 RECOVERING SECONDARY")
        b.probe("REFUSED cluster .*RECOVERING", **member)
        mysql.set(group="3 ONLINE PRIMARY")
        b.probe("REFUSED writer .*", **member)
        b.probe("OK", allow_writer="yes", **member)
        mysql.set(group="", replication=1)
        b.probe("REFUSED cluster .*minHealthyMembers: 1", **member)
        b.probe("OK", **{**member, "min_healthy": "1"})
    assert not pathlib.Path("/usr/local/sbin/mysql").exists()
