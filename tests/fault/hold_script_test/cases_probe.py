"""Probes, and what is refused."""

import os
import pathlib
import shutil
import threading

from bench import EVERY_SHELL, case
from external_log import ExternalLog
from lab import VOLUMES, Helper, run, wait_until


@case(EVERY_SHELL)
def probe_tells_what_can_be_proved(b):
    lines = b.probe("OK")
    assert "PROVABLE application" in lines and f"MOUNT {b.lab.mounts[0]}" in lines, lines
    assert any(line.startswith("FACT engine mariadb 10.") for line in lines), lines
    assert not os.path.exists("/run/stillpoint"), "probe has left something behind"
    assert "PROVABLE filesystem" in b.probe("OK", driver="filesystem", method="filesystem")
    assert "PROVABLE crash" in b.probe("OK", driver="none", method="none", volume=None)


@case(EVERY_SHELL)
def hostile_values_are_refused(b):
    marker = b.lab.top / "pwned"
    for key, value in (("service", "a; touch x"), ("service", "$(touch x)"), ("service", "-x"), ("socket", "/run/a b"),
                       ("socket", "/run/`touch x`"), ("defaults-file", "relative"), ("defaults-file", "/etc/../x"),
                       ("volume", "../../etc/passwd"), ("volume", "*"), ("attempt", "../abcdef01"), ("attempt", "ABCDEF0123"),
                       ("attempt", "abc"), ("max-hold-ms", "0x10"), ("max-hold-ms", "5"), ("max-hold-ms", "010000"),
                       ("max-hold-ms", "1+1"), ("cluster", "a'b"), ("cluster", "a\tb\\"), ("min-healthy", "three"),
                       ("allow-writer", "maybe"), ("driver", "mariadb;"), ("method", "$IFS"), ("freeze", ""), ("x", "y"),
                       ("PATH", "/tmp"), ("socket", "/" + "a" * 300), ("service", "\xe9"), (f"volume;touch {marker}", "x")):
        b.probe("REFUSED bad-request .*", **{key: value})
    assert not marker.exists()
    for line in ("HOLD", "", "SET", "GO now; x", "\0", "set attempt abcdef01"):
        helper = Helper(b.command, "probe")
        b.helpers.append(helper)
        helper.send(line, "GO")
        helper.until("REFUSED bad-request .*")
        assert helper.end() == 2


@case()
def volumes_must_be_the_data_s(b):
    for volumes in (VOLUMES, VOLUMES[1], "0" * 8):
        b.probe("REFUSED volume-mismatch .*", volume=volumes)
    both = b.probe("REFUSED volume-mismatch .*", volume=VOLUMES)[-1]
    assert VOLUMES[0] in both and VOLUMES[1] in both, both
    away = b.lab.mounts[1] / "away"
    away.mkdir()
    link = b.lab.data / "elsewhere"
    link.symlink_to(away)
    try:
        b.probe("REFUSED volume-mismatch .*")
        assert f"MOUNT {b.lab.mounts[1]}" in b.probe("OK", volume=VOLUMES)
    finally:
        link.unlink()
        away.rmdir()
    b.probe("REFUSED volume-mismatch .*", driver="filesystem", method="filesystem", volume="0" * 8)


@case()
def a_tablespace_elsewhere_is_found(b):
    away = b.lab.mounts[1] / "space"
    away.mkdir()
    b.lab.sql(f"CREATE TABLE shop.far (n INT) ENGINE=InnoDB DATA DIRECTORY='{away}'")
    try:
        b.probe("REFUSED volume-mismatch .*")
        b.probe("OK", volume=VOLUMES)
    finally:
        b.lab.sql("DROP TABLE shop.far")
        shutil.rmtree(away)


@case(EVERY_SHELL)
def a_tablespace_with_a_strange_name_is_not_taken_for_another(b):
    strange, other = (b.lab.mounts[1] / name for name in ("space[1]", "space1"))
    for folder in (strange, other):
        folder.mkdir()
    b.lab.sql(f"CREATE TABLE shop.far (n INT) ENGINE=InnoDB DATA DIRECTORY='{strange}'")
    (other / "shop").mkdir()
    (other / "shop/far.ibd").write_text("")  # what the name means as a pattern
    try:
        b.probe(r"REFUSED volume-mismatch .*name that is not handled: .*/space\[1\]/.*", volume=VOLUMES)
    finally:
        b.lab.sql("DROP TABLE shop.far")
        for folder in (strange, other):
            shutil.rmtree(folder)


@case(EVERY_SHELL)
def what_is_mounted_inside_the_data_is_data(b):
    away, inside = b.lab.mounts[1] / "away", b.lab.data / "inside"
    for folder in (away, inside):
        folder.mkdir()
    run("mount", "--bind", away, inside)
    try:
        b.probe("REFUSED volume-mismatch .*")
        assert f"MOUNT {inside}" in b.probe("OK", volume=VOLUMES)
        helper = b.hold(volume=VOLUMES)
        assert all(b.lab.is_frozen(mount) for mount in b.lab.mounts)
        b.release(helper)
        run("umount", inside)
        run("mount", "-t", "tmpfs", "tmpfs", inside)
        b.probe("REFUSED volume-mismatch .*cannot be traced to a disk", volume=VOLUMES)
        run("umount", inside)
        run("mount", "--bind", b.lab.data, inside)
        b.probe("OK")
    finally:
        run("umount", inside)
        for folder in (away, inside):
            folder.rmdir()


@case(EVERY_SHELL)
def an_xfs_whose_log_is_elsewhere_is_refused(b):
    with ExternalLog(b.lab) as xfs:
        request = {"driver": "filesystem", "method": "filesystem"}
        b.probe("REFUSED volume-mismatch the logdev of .* is on disk .*", volume=xfs.VOLUME, **request)
        xfs.name_log()
        b.probe("OK", volume=[xfs.VOLUME, xfs.LOG_VOLUME], **request)


@case()
def unsafe_mounts_are_refused(b):
    run("mount", "--bind", b.lab.mounts[0], "/var/log")
    try:
        b.probe("REFUSED unsafe-mount .*")
        b.probe("OK", freeze="no")
        b.probe("REFUSED unsafe-mount .*", driver="filesystem", method="filesystem")
    finally:
        run("umount", "/var/log")


@case()
def a_missing_command_is_told(b):
    blank = b.lab.top / "blank"
    blank.write_text("")
    for name in ("fsfreeze", "flock"):
        path = shutil.which(name)
        run("mount", "--bind", blank, path)
        try:
            b.probe(f"REFUSED missing-command {name} .*")
        finally:
            run("umount", path)


@case()
def no_room_under_run_is_told(b):
    filler = pathlib.Path("/run/filler")
    free = os.statvfs("/run")
    with open(filler, "wb") as file:
        file.write(b"\0" * (free.f_bavail * free.f_frsize - 300 * 1024))
    try:
        b.probe("REFUSED no-space .*")
    finally:
        filler.unlink()


@case()
def an_unwell_database_is_refused(b):
    b.probe("REFUSED database .*", socket="/run/mysqld/none.sock")
    b.probe("REFUSED database .*", defaults_file="/run/none.cnf")
    b.lab.sql("CREATE USER weak@localhost IDENTIFIED BY 'weak'; GRANT SELECT ON *.* TO weak@localhost;")
    options = pathlib.Path("/run/weak.cnf")
    options.write_text("[client]\nuser=weak\npassword=weak\n")
    b.probe("REFUSED privileges .*", defaults_file=options)
    b.lab.sql("GRANT RELOAD, PROCESS ON *.* TO weak@localhost")
    b.probe("OK", defaults_file=options)
    b.lab.sql("DROP USER weak@localhost")


@case(EVERY_SHELL)
def an_option_file_leads_to_no_other_machine(b):
    options = pathlib.Path("/run/elsewhere.cnf")
    options.write_text("[client]\nhost=192.0.2.1\nport=3306\nprotocol=tcp\n")
    b.probe("OK", defaults_file=options)  # by the socket all the same
    options.unlink()


@case()
def an_option_file_that_others_could_change_is_refused(b):
    options = pathlib.Path("/run/options.cnf")
    options.write_text("[client]\n")
    for mode, owner, group in ((0o646, 0, 0), (0o664, 0, 0), (0o600, 65534, 0)):
        options.chmod(mode)
        os.chown(options, owner, group)
        for driver in ("mariadb", "mysql"):
            b.probe(f"REFUSED database .*others than root may write to {options}", driver=driver, method="readLock", defaults_file=options)
    os.chown(options, 0, 65534)
    options.chmod(0o640)  # its group may read it
    link = b.lab.top / "link.cnf"
    link.symlink_to(options)
    b.probe("OK", defaults_file=link)
    link.unlink()
    folder = pathlib.Path("/run/options")
    folder.mkdir()
    folder.chmod(0o777)
    moved = folder / "options.cnf"
    options.rename(moved)
    b.probe(f"REFUSED database .*others than root may write to {folder}", defaults_file=moved)
    shutil.rmtree(folder)


@case()
def a_long_query_is_refused(b):
    slow = threading.Thread(target=lambda: b.lab.sql("SELECT SLEEP(30)", check=False))
    slow.start()
    find = "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%' AND time_ms > 300"
    try:
        wait_until("the slow query", lambda: b.lab.sql(find))
        b.probe("REFUSED long-query .*", max_hold_ms="200")
        b.probe("OK", max_hold_ms="60000")
    finally:
        b.lab.sql(f"KILL {b.lab.sql(find)}")
        slow.join()


@case()
def cluster_and_writer_rules(b):
    b.probe("REFUSED writer .*", cluster="edx", writer="yes")
    b.probe("OK", cluster="edx", writer="yes", allow_writer="yes")
    b.probe("OK", cluster="edx", writer="no")
    b.lab.sql("CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=1, MASTER_USER='x', MASTER_PASSWORD='x'; START SLAVE;")
    try:
        b.probe("REFUSED cluster .*")
        b.probe("OK", cluster="edx")
    finally:
        b.lab.sql("STOP SLAVE; RESET SLAVE ALL;")


@case()
def methods_and_drivers_must_match(b):
    b.probe("REFUSED bad-request .*", driver="none")
    b.probe("REFUSED bad-request .*", volume=None)
    b.probe("REFUSED bad-request .*", method="stopService")


@case()
def nobody_holds_for_longer_than_a_policy_may(b):
    """P1: the helper bounds it, whoever asks with the key of the controller."""
    for key, most in (("max_hold_ms", 600000), ("lock_timeout_ms", 600000), ("stop_timeout_ms", 900000),
                      ("start_timeout_ms", 900000)):
        b.probe("OK", **{key: str(most)})
        b.probe("REFUSED bad-request .*", **{key: str(most + 1)})
