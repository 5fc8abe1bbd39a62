"""Other engines than the lab's own MariaDB: a PostgreSQL, a Galera cluster of three, and stand-ins for MySQL and MongoDB."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from lab import alive, run, wait_until


def free_ports(count):
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Postgres:
    """A PostgreSQL whose data are on the lab's second volume, run by its own account as it wants to be.

    With `wal_apart` its WAL is on the first volume; with `archive` it is archived to a folder on neither.
    """

    BINARIES = pathlib.Path("/usr/lib/postgresql/15/bin")

    def __init__(self, lab, wal_apart=False, archive=False):
        self.lab, self.data = lab, lab.mounts[1] / "pg"
        self.wal = lab.mounts[0] / "pg_wal" if wal_apart else None
        self.archive = lab.top / "archive" if archive else None
        self.run = pathlib.Path("/run/postgresql")
        self.folders = [folder for folder in (self.data, self.wal, self.archive, self.run) if folder]

    def as_postgres(self, *words, check=True):
        return run("runuser", "-u", "postgres", "--", *words, cwd="/", check=check)

    def __enter__(self):
        for folder in self.folders:
            folder.mkdir()
            shutil.chown(folder, "postgres", "postgres")
        apart = [f"--waldir={self.wal}"] if self.wal else []
        self.as_postgres(self.BINARIES / "initdb", "-D", self.data, "--auth-local=peer", "--no-sync", "--wal-segsize=1", *apart)
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(f"listen_addresses = ''\nunix_socket_directories = '{self.run}'\n")
            if self.archive:
                file.write(f"archive_mode = on\narchive_command = 'cp %p {self.archive}/%f'\n")
        self.start(self.data)
        return self

    def start(self, data, check=True):
        return self.as_postgres(self.BINARIES / "pg_ctl", "start", "-w", "-D", data, "-l", data / "log", check=check)

    def stop(self, data, check=True):
        return self.as_postgres(self.BINARIES / "pg_ctl", "stop", "-m", "fast", "-D", data, check=check)

    def sql(self, text):
        return self.as_postgres("psql", "-X", "-A", "-t", "-q", "-d", "postgres", "-c", text).stdout.strip()

    def __exit__(self, *_):
        for mount in self.lab.mounts:
            run("fsfreeze", "-u", mount, check=False)
        self.stop(self.data, check=False)
        for folder in self.folders:
            shutil.rmtree(folder)


class PostgresCopy:
    """What a restore has: the data and the WAL as they were when each was cut."""

    def __init__(self, postgres, name):
        self.postgres = postgres
        self.top = postgres.lab.top / name
        self.data, self.wal, self.run = self.top / "pg", self.top / "pg_wal", pathlib.Path("/run") / name
        for folder in (self.top, self.run):
            folder.mkdir()
            shutil.chown(folder, "postgres", "postgres")

    def cut(self, source, held):
        """One volume's folder at one instant, as a snapshot would have it; `held`: it is frozen already."""
        mount = next(m for m in self.postgres.lab.mounts if m in source.parents)
        if not held:
            run("fsfreeze", "-f", mount)
        try:
            run("cp", "-a", source, self.data if source == self.postgres.data else self.wal)
        finally:
            if not held:
                run("fsfreeze", "-u", mount)

    def prepare(self, *settings):
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.data / "pg_wal").unlink()
        (self.data / "pg_wal").symlink_to(self.wal)
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(f"unix_socket_directories = '{self.run}'\narchive_mode = off\n" + "".join(f"{s}\n" for s in settings))

    def starts(self):
        return self.postgres.start(self.data, check=False).returncode == 0

    def sql(self, text):
        return self.postgres.as_postgres("psql", "-X", "-A", "-t", "-q", "-h", self.run, "-d", "postgres", "-c", text).stdout.strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.postgres.stop(self.data, check=False)
        for folder in (self.top, self.run):
            shutil.rmtree(folder)


class Mongo:
    """A stand-in for MongoDB whose data are on the lab's second volume, and one for its shell; neither is in Debian."""

    HERE = pathlib.Path(__file__).resolve().parent
    SOCKET = pathlib.Path("/run/mongod.sock")
    COMMANDS = pathlib.Path("/usr/local/sbin")
    REAL_SHELL = os.environ.get("STILLPOINT_MONGOSH")  # its command, where there is one

    def __init__(self, lab, logs_in=False, **settings):
        self.lab, self.data, self.settings, self.process, self.wire = lab, lab.mounts[1] / "mongo", settings, None, None
        self.logs_in = logs_in  # which the stand-in for the server does in its own way, that no real shell knows

    def __enter__(self):
        (self.data / "journal").mkdir(parents=True)
        (self.data / "WiredTiger").write_text("WiredTiger\n")
        run("mount", "-t", "tmpfs", "tmpfs", self.COMMANDS)
        self.shell(f'exec node {self.HERE}/mongosh_stand_in.js "$@"\n')
        self.start()
        if self.REAL_SHELL and not self.logs_in:
            self.use_real_shell()
        return self

    def shell(self, text):
        shell = self.COMMANDS / "mongosh"
        shell.write_text("#!/bin/sh\n" + text)
        shell.chmod(0o755)

    def use_real_shell(self):
        """Between it and the stand-in for the server stands a translator, at a port that is free."""
        port = free_ports(1)[0]
        self.wire = subprocess.Popen(["/usr/bin/python3", self.HERE / "mongo_wire.py", self.SOCKET, str(port)], cwd="/")
        self.shell(f"""for word; do
  shift
  case $word in mongodb://127.0.0.1:27017/*) word=mongodb://127.0.0.1:{port}/admin ;; esac
  set -- "$@" "$word"
done
exec {self.REAL_SHELL} "$@"
""")
        wait_until("the translator", lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)

    def start(self):
        self.process = subprocess.Popen([sys.executable, self.HERE / "mongod_stand_in.py", self.SOCKET, self.data], cwd="/")
        wait_until("mongod", lambda: self.SOCKET.exists() and self.process.poll() is None and self._answers())
        self.set(**self.settings)

    def _answers(self):
        try:
            return self.command({"ping": 1})["ok"] == 1
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def service(self):
        """A front end to init scripts that stops and starts it; the process that it starts is no child of ours."""
        pid = self.lab.top / "mongod.pid"
        pid.write_text(str(self.process.pid))
        script = self.COMMANDS / "service"
        script.write_text(f"""#!/bin/sh
alive() {{ [ -s {pid} ] && [ -n "$(ps -o stat= -p "$(cat {pid})" | grep -v Z)" ]; }}
case $2 in
  status) alive ;;
  stop) ! alive || kill "$(cat {pid})"; while alive; do sleep 0.05; done ;;
  start) setsid {sys.executable} {self.HERE}/mongod_stand_in.py {self.SOCKET} {self.data} </dev/null >/dev/null 2>&1 & echo $! >{pid} ;;
esac
""")
        script.chmod(0o755)
        return pid

    def connection(self):
        one = socket.socket(socket.AF_UNIX)
        one.connect(str(self.SOCKET))
        return one

    def command(self, document, connection=None):
        with contextlib.ExitStack() as stack:
            one = connection or stack.enter_context(self.connection())
            one.sendall(json.dumps(document).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                answer += one.recv(65536) or b"{}\n"
            return json.loads(answer)

    def set(self, **settings):
        """Changes what the stand-in is; returns how it is locked."""
        return self.command({"standIn": settings})

    def lock_count(self):
        return self.set()["lockCount"]

    def rows(self):
        log = self.data / "journal" / "log"
        return log.read_text().count("row") if log.exists() else 0

    def __exit__(self, *_):
        run("fsfreeze", "-u", self.lab.mounts[1], check=False)
        self.kill()
        if self.wire:
            self.wire.kill()
            self.wire.wait()
        run("umount", self.COMMANDS)
        shutil.rmtree(self.data)
        self.SOCKET.unlink(missing_ok=True)


class MongoWriter:
    """Inserts as fast as the stand-in takes it."""

    def __init__(self, mongo):
        self.mongo, self.inserts, self.stop = mongo, [], threading.Event()
        self.connection = mongo.connection()
        self.thread = threading.Thread(target=self._loop)
        self.thread.start()
        self.goes_on()

    def _loop(self):
        while not self.stop.is_set():
            try:
                if self.mongo.command({"insert": "orders"}, self.connection).get("ok") != 1:
                    return
            except OSError:
                return
            self.inserts.append(time.monotonic())

    def between(self, start, end):
        return sum(1 for at in self.inserts if start < at < end)

    def goes_on(self):
        before = len(self.inserts)
        wait_until("another insert", lambda: len(self.inserts) > before)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.thread.join(30)
        self.connection.close()


class Mysql:
    """A stand-in for the client of a MySQL 8 whose data are on the lab's second volume; Debian has no MySQL."""

    COMMANDS = pathlib.Path("/usr/local/sbin")

    def __init__(self, lab, **settings):
        self.lab, self.data, self.top = lab, lab.mounts[1] / "mysql8", pathlib.Path("/run/mysql-stand-in")
        self.settings = {"version": "8.0.36", "rights": ["RELOAD", "PROCESS", "BACKUP_ADMIN"], "foreign": 0, "replication": 0, "group": "",
                         "long": "", "files": [], "gtid": "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77", "pos": 157,
                         "variables": {"datadir": f"{self.data}/", "innodb_data_file_path": "ibdata1:12M:autoextend",
                                       "log_bin_basename": f"{self.data}/binlog", "innodb_undo_directory": "./"}, **settings}

    def __enter__(self):
        self.data.mkdir()
        self.top.mkdir()
        self.set()
        run("mount", "-t", "tmpfs", "tmpfs", self.COMMANDS)
        stand_in = pathlib.Path(__file__).resolve().parent / "mysql_stand_in.py"
        for name in ("mysql", "mariadb"):
            client = self.COMMANDS / name
            client.write_text(f'#!/bin/sh\nexec {sys.executable} {stand_in} {self.top} "$@"\n')
            client.chmod(0o755)
        return self

    def set(self, **settings):
        self.settings.update(settings)
        new = self.top / "new"
        new.write_text(json.dumps(self.settings))
        new.rename(self.top / "settings")

    def locked(self, lock):
        """The process that has the lock, if it lives."""
        path = self.top / lock
        return path.exists() and alive(int(path.read_text()))

    def __exit__(self, *_):
        run("fsfreeze", "-u", self.lab.mounts[1], check=False)
        run("umount", self.COMMANDS)
        shutil.rmtree(self.data)
        shutil.rmtree(self.top)


class Galera:
    """Three members on loopback ports; the data of the second are on the lab's second volume."""

    def __init__(self, lab):
        self.lab = lab
        self.folders = [lab.top / "galera1", lab.mounts[1] / "galera2", lab.top / "galera3"]
        self.top = pathlib.Path("/run/galera")
        self.pids = {}
        self.environment = {**os.environ, "TMPDIR": str(self.top)}

    def socket(self, member):
        return self.top / f"{member}.sock"

    def _command(self, member, first):
        folder, port = self.folders[member - 1], self.ports[3 * (member - 1):3 * member]
        peers = ",".join(f"127.0.0.1:{self.ports[3 * n]}" for n in range(3))
        options = (f"gmcast.listen_addr=tcp://127.0.0.1:{port[0]};ist.recv_addr=127.0.0.1:{port[1]};gcache.size=8M;"
                   "gcs.fc_limit=16;gcs.fc_factor=0.5")
        return ["mariadbd", "--no-defaults", "--user=mysql", f"--datadir={folder}", f"--socket={self.socket(member)}",
                f"--port={self.ports[9 + member - 1]}", "--bind-address=127.0.0.1", f"--pid-file={self.top}/{member}.pid",
                "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--innodb-buffer-pool-size=32M",
                "--innodb-log-file-size=8M", "--innodb-flush-log-at-trx-commit=0", "--wsrep-on=ON",
                "--wsrep-provider=/usr/lib/galera/libgalera_smm.so", "--wsrep-cluster-name=lab",
                f"--wsrep-cluster-address=gcomm://{'' if first else peers}", f"--wsrep-provider-options={options}",
                f"--wsrep-node-name=m{member}", "--wsrep-node-address=127.0.0.1", "--wsrep-sst-method=rsync",
                f"--wsrep-sst-receive-address=127.0.0.1:{port[2]}"]

    def start(self, member, first=False):
        with open(self.lab.top / f"galera{member}.log", "ab") as log:
            subprocess.run(["setsid", "--fork", *self._command(member, first)], check=True, stdin=subprocess.DEVNULL,
                           stdout=log, stderr=log, env=self.environment)
        try:
            wait_until(f"member {member}", lambda: self.status(member, "wsrep_local_state") == "4", 60)
        except AssertionError as error:
            raise AssertionError(f"{error}: {(self.lab.top / f'galera{member}.log').read_text()[-2000:]}") from error
        self.pids[member] = int((self.top / f"{member}.pid").read_text())

    def stop(self):
        for pid in self.pids.values():
            if alive(pid):
                os.kill(pid, signal.SIGTERM)
        wait_until("the members' end", lambda: not any(map(alive, self.pids.values())), 60)

    def __enter__(self):
        self.top.mkdir()
        self.ports = free_ports(12)
        shutil.chown(self.top, "mysql", "mysql")  # its daemon for transfers of state does not work as root
        for folder in self.folders:
            run("mariadb-install-db", "--no-defaults", f"--datadir={folder}", "--user=mysql", "--skip-test-db",
                "--auth-root-authentication-method=socket", "--innodb-log-file-size=8M", env=self.environment)
        try:
            for member in (1, 2, 3):
                self.start(member, first=member == 1)
        except AssertionError:
            self.__exit__()
            raise
        self.sql(1, "CREATE DATABASE shop; CREATE TABLE shop.orders (id BIGINT AUTO_INCREMENT PRIMARY KEY, n INT);")
        return self

    def sql(self, member, text, check=True):
        return run("mariadb", "--no-defaults", f"--socket={self.socket(member)}", "-N", "-B", "-e", text, check=check).stdout.strip()

    def status(self, member, name):
        return self.sql(member, f"SHOW GLOBAL STATUS LIKE '{name}'", check=False).partition("\t")[2]

    def desync(self, member):
        return self.sql(member, "SELECT @@wsrep_desync")

    def __exit__(self, *_):
        run("fsfreeze", "-u", self.lab.mounts[1], check=False)
        self.stop()
        for folder in (*self.folders, self.top):
            shutil.rmtree(folder, ignore_errors=True)
