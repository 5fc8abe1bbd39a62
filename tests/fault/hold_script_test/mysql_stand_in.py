#!/usr/bin/env python3
"""A stand-in for the client of a MySQL 8, since Debian has neither: it answers what the helper asks as that server's manual says.

    mysql_stand_in.py FOLDER ARGUMENT...

The server is a folder: `settings` is JSON, conn-ID has the process of each session. A lock is its session's, and gone with it. A
statement that it does not know is a syntax error, which ends a client in batch mode.
"""

import json
import os
import pathlib
import re
import signal
import sys
import time

FOLDER = pathlib.Path(sys.argv[1])
ME = os.getpid()  # is the number of the connection, too


def settings():
    return json.loads((FOLDER / "settings").read_text())


def fail(code, state, message):
    print(f"ERROR {code} ({state}) at line 1: {message}", flush=True)
    sys.exit(1)


def sessions():
    found = []
    for path in FOLDER.glob("conn-*"):
        number = int(path.name[5:])
        if os.path.exists(f"/proc/{number}"):
            found.append(number)
        else:
            path.unlink(missing_ok=True)
    return found


def holder_of(lock):
    try:
        number = int((FOLDER / lock).read_text())
    except (OSError, ValueError):
        return None
    return number if number in sessions() else None


def take(lock):
    end = time.monotonic() + session["lock_wait_timeout"]
    while settings().get("blocked"):
        if time.monotonic() > end and not settings().get("patient"):
            fail(1205, "HY000", "Lock wait timeout exceeded; try restarting transaction")
        time.sleep(0.02)
    (FOLDER / lock).write_text(str(ME))


def drop(lock):
    if holder_of(lock) == ME:
        (FOLDER / lock).unlink()


def position():
    now = settings()
    return f"db position {ME} gtid={now['gtid']} binlog-file=binlog.000007 binlog-pos={now['pos']}"


def answer(statement):
    """What one statement prints."""
    now = settings()
    known = [
        (r"SELECT @@version", lambda: now["version"]),
        (r"SELECT CONCAT_WS\(' ', 'version', @@version\)", lambda: f"version {now['version']}"),
        (r"SHOW GLOBAL VARIABLES .*", lambda: "\n".join(f"{key}\t{value}" for key, value in now["variables"].items())),
        (r"SELECT CONCAT\('file ', file_name\) FROM information_schema\.files .*", lambda: "\n".join(f"file {f}" for f in now["files"])),
        (r"SELECT CONCAT\('privilege ', .*", lambda: "\n".join(f"privilege {right}" for right in now["rights"])),
        (r"SELECT CONCAT\('foreign ', .*", lambda: f"foreign {now['foreign']}"),
        (r"SELECT CONCAT\('replication ', .*", lambda: f"replication {now['replication']}"),
        (r"SELECT CONCAT_WS\(' ', 'group', .*", lambda: f"group {now['group']}" if now["group"] else ""),
        (r"SELECT CONCAT_WS\(' ', 'long', .*", lambda: f"long {now['long']}" if now["long"] else ""),
        (r"SET SESSION .*", lambda: session.update({k: int(v) for k, v in re.findall(r"(\w+) = (\d+)", statement)}) or ""),
        (r"SELECT CONCAT\('db ready ', CONNECTION_ID\(\)\)", lambda: f"db ready {ME}"),
        (r"SELECT CONCAT\('db position ', CONNECTION_ID\(\)\)", lambda: f"db position {ME}"),
        (r"SELECT CONCAT_WS\(' ', 'db position', .* FROM performance_schema\.log_status", position),
        (r"SELECT '([a-z ]+)'", lambda: re.fullmatch(r"SELECT '([a-z ]+)'", statement)[1]),
        (r"LOCK INSTANCE FOR BACKUP", lambda: take("instance-lock") or ""),
        (r"UNLOCK INSTANCE", lambda: drop("instance-lock") or ""),
        (r"FLUSH TABLES WITH READ LOCK", lambda: take("read-lock") or ""),
        (r"UNLOCK TABLES", lambda: drop("read-lock") or ""),
        (r"KILL CONNECTION (\d+)", lambda: kill(int(statement.split()[-1]))),
        (r"SELECT CONCAT\('db left ', COUNT\(\*\)\) FROM information_schema\.processlist WHERE id = \d+",
         lambda: f"db left {int(int(statement.split()[-1]) in sessions())}"),
    ]
    if "information_schema.global_status" in statement:
        fail(1109, "42S02", "Unknown table 'GLOBAL_STATUS' in information_schema")
    for pattern, say in known:
        if re.fullmatch(pattern, statement):
            return say()
    return fail(1064, "42000", f"You have an error in your SQL syntax near '{statement[:40]}'")


def kill(number):
    if number not in sessions():
        fail(1094, "HY000", f"Unknown thread id: {number}")
    (FOLDER / f"conn-{number}").unlink()
    os.kill(number, signal.SIGKILL)
    return ""


session = {"lock_wait_timeout": 31536000}
(FOLDER / f"conn-{ME}").touch()
text = b""
while True:
    more = os.read(0, 65536)
    if not more:
        break
    text += more
    while b";" in text:
        first, _, text = text.partition(b";")
        said = answer(" ".join(first.decode().split()))
        if said:
            print(said, flush=True)
(FOLDER / f"conn-{ME}").unlink(missing_ok=True)
