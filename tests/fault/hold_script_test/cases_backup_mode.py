"""PostgreSQL's own backup mode, over two volumes: the data on one, the WAL on the other."""

import os
import pathlib
import signal

from bench import EVERY_SHELL, case, journal, wait_into_hold, words_of
from engines import Postgres, PostgresCopy
from lab import VOLUMES, run, wait_until

BACKUP = {"driver": "postgresql", "method": "backupMode", "volume": VOLUMES, "freeze": "no"}


def labels(postgres):
    return sorted(path.name for path in postgres.data.glob("backup_label*"))


def fill(postgres, rows):
    postgres.sql(f"INSERT INTO orders SELECT n, repeat('x', 100) FROM generate_series(1, {rows}) n")


def prepared(postgres):
    postgres.sql("CREATE TABLE orders (n INT, t TEXT); CREATE INDEX ON orders (n)")
    fill(postgres, 1000)


def settled(b, postgres):
    wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)
    assert labels(postgres) == [], "a label was left"
    assert postgres.sql("SELECT COUNT(*) FROM pg_stat_activity WHERE query LIKE '%backup_%' AND pid <> pg_backend_pid()") == "0"


@case(EVERY_SHELL)
def copies_of_different_instants_restore_with_the_label_and_the_archive(b):
    with Postgres(b.lab, wal_apart=True, archive=True) as postgres:
        prepared(postgres)
        assert "PROVABLE crash" in b.probe("OK", **BACKUP)
        helper = b.hold(**BACKUP)
        assert any(line.startswith("POSITION lsn 0/") for line in helper.lines), helper.lines
        assert labels(postgres) == [f"backup_label.{helper.attempt}"]
        with PostgresCopy(postgres, "naive") as naive, PostgresCopy(postgres, "restored") as restored:
            # The worse order: when the data are cut, the WAL that they need is not in the copy of the WAL.
            for copy in (naive, restored):
                copy.cut(postgres.wal, held=False)
            fill(postgres, 1000)
            postgres.sql("SELECT pg_switch_wal(); CHECKPOINT")
            fill(postgres, 500)
            for copy in (naive, restored):
                copy.cut(postgres.data, held=False)
            b.release(helper)
            settled(b, postgres)
            naive.prepare()
            assert not naive.starts(), "it was to fail without the label and the archive"
            restored.prepare(f"restore_command = 'cp {postgres.archive}/%f %p'")
            (restored.data / f"backup_label.{helper.attempt}").rename(restored.data / "backup_label")
            (restored.data / "recovery.signal").touch()
            assert restored.starts(), (restored.data / "log").read_text()[-2000:]
            wait_until("the end of recovery", lambda: restored.sql("SELECT pg_is_in_recovery()") == "f", 60)
            assert restored.sql("SELECT COUNT(*) FROM orders") == "2500"
            assert restored.sql("SET enable_seqscan = off; SELECT COUNT(*) FROM orders WHERE n > 0") == "2500"


@case()
def frozen_copies_restore_by_themselves(b):
    with Postgres(b.lab, wal_apart=True) as postgres:
        prepared(postgres)
        helper = b.hold(**{**BACKUP, "freeze": "yes"})
        with PostgresCopy(postgres, "restored") as restored:
            for source in (postgres.data, postgres.wal):
                restored.cut(source, held=True)
            b.release(helper)
            settled(b, postgres)
            restored.prepare()
            assert restored.starts(), (restored.data / "log").read_text()[-2000:]
            assert restored.sql("SELECT COUNT(*) FROM orders") == "1000"


@case()
def a_backup_mode_that_nobody_keeps_the_wal_of_is_refused(b):
    with Postgres(b.lab, wal_apart=True) as postgres:
        b.probe("REFUSED unsupported .*archive_mode.*", **BACKUP)
        b.probe("OK", **{**BACKUP, "freeze": "yes"})
        b.probe("REFUSED volume-mismatch .*", **{**BACKUP, "freeze": "yes", "volume": VOLUMES[1]})
        b.probe("REFUSED bad-request .*", **{**BACKUP, "driver": "mariadb"})
    with Postgres(b.lab, wal_apart=True, archive=True) as postgres:
        postgres.sql("ALTER SYSTEM SET archive_command = 'false'")
        postgres.sql("SELECT pg_reload_conf()")
        postgres.sql("SELECT pg_switch_wal()")
        wait_until("a failed archiving", lambda: postgres.sql("SELECT failed_count > 0 FROM pg_stat_archiver") == "t")
        b.probe("REFUSED database .*archived.*", **BACKUP)


@case()
def a_hold_whose_wal_is_not_archived_in_time_is_not_intact(b):
    with Postgres(b.lab, wal_apart=True, archive=True) as postgres:
        helper = b.hold(max_hold_ms="2500", **BACKUP)
        postgres.sql("ALTER SYSTEM SET archive_command = 'sleep 60'")
        postgres.sql("SELECT pg_reload_conf()")

        postgres.sql("CREATE TABLE late (n INT)")
        b.release(helper, r"RELEASED broken \d+ .*")
        assert helper.released_at - helper.held_at < 4.0
        settled(b, postgres)
        postgres.sql("ALTER SYSTEM SET archive_command = 'true'")
        postgres.sql("SELECT pg_reload_conf()")
        run("pkill", "-P", postgres.sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'archiver'"), check=False)


@case(EVERY_SHELL)
def a_backup_mode_ends_with_its_helper(b):
    with Postgres(b.lab, wal_apart=True, archive=True) as postgres:
        helper = b.hold(max_hold_ms="3000", **BACKUP)
        os.killpg(helper.process.pid, signal.SIGKILL)
        wait_until("the verdict", lambda: b.verdict(helper).startswith("VERDICT broken"))
        settled(b, postgres)


@case()
def limits_of_the_account_do_not_end_a_backup_mode(b):
    with Postgres(b.lab, wal_apart=True, archive=True) as postgres:
        for limit in ("statement_timeout", "idle_session_timeout"):
            postgres.sql(f"ALTER ROLE postgres SET {limit} = '700ms'")
        helper = b.hold(**BACKUP)
        wait_into_hold(helper, 1.5)
        b.release(helper)
        settled(b, postgres)


@case(EVERY_SHELL)
def a_lost_backup_session_breaks_the_hold(b):
    with Postgres(b.lab, wal_apart=True, archive=True) as postgres:
        helper = b.hold(**BACKUP)
        os.kill(int(words_of(journal(helper, "client"))[0]), signal.SIGKILL)
        helper.until(r"RELEASED broken \d+ the lock session ended", 5)
        settled(b, postgres)
        helper = b.hold(**BACKUP)
        postgres.sql(f"SELECT pg_terminate_backend({journal(helper, 'connection').read_text().strip()})")
        b.release(helper, r"RELEASED broken \d+ the lock session .*")
        settled(b, postgres)


@case()
def a_label_is_not_written_where_a_link_leads(b):
    target = pathlib.Path("/run/target")
    with Postgres(b.lab, wal_apart=True, archive=True) as postgres:
        link = postgres.data / "backup_label.0123456789abcdef"
        link.symlink_to(target)
        helper = b.helper("hold", **{**BACKUP, "attempt": "0123456789abcdef"})
        helper.attempt = "0123456789abcdef"
        helper.until("LOCKED")
        helper.send("HOLD")
        helper.until("REFUSED no-space the backup label .*")
        assert not target.exists()
        settled(b, postgres)  # the link went with the label
