"""A server of its own for the helper: a private mount namespace with its own /run, disks by id and MariaDB.

Everything that is made here is undone by Lab.close(); processes are ended by the ids that were kept.
"""

import contextlib
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time

VOLUMES = ("6f1c0c0e-1111-4a6b-9a51-0123456789ab", "a2b4c6d8-2222-4c3d-8e9f-ba9876543210")
SOCKET = "/run/mysqld/mysqld.sock"


def wait_until(what, condition, seconds=30.0):
    """Polls a condition that nothing announces (a process's end, a socket's appearance)."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"timed out waiting for {what}")
        time.sleep(0.02)


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def run(*words, check=True, **more):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, **more)
    if check and done.returncode != 0:
        raise AssertionError(f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done


class Lab:
    def __init__(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="hold-script-"))
        self.undo = []
        self.mounts = []
        self.shared_shell = None

    def open(self):
        # The disks are in memory: what is measured must not depend on the machine's own disk.
        self._mount("-t", "tmpfs", "-o", "size=1g,mode=711", "tmpfs", self.top)
        # A MariaDB that starts removes the temporary tables that it finds in its folder, also those of another server.
        os.environ["TMPDIR"] = str(self.top)
        self._mount("-t", "tmpfs", "-o", "size=64m,mode=755", "tmpfs", "/run")
        pathlib.Path("/run/mysqld").mkdir()
        if not os.path.isdir("/dev/disk"):
            os.mkdir("/dev/disk")
            self.undo.append(lambda: run("rmdir", "/dev/disk", check=False))
        self._mount("-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", "/dev/disk")
        pathlib.Path("/dev/disk/by-id").mkdir()
        self.disks = [self._disk(n, volume) for n, volume in enumerate(VOLUMES)]
        self.data = self.mounts[0] / "mysql"
        self.data.mkdir()
        run("mariadb-install-db", "--no-defaults", f"--datadir={self.data}", "--user=root", "--skip-test-db",
            "--auth-root-authentication-method=socket", "--innodb-log-file-size=8M")
        self.start_server()
        self.sql("CREATE DATABASE shop; CREATE TABLE shop.orders (id BIGINT AUTO_INCREMENT PRIMARY KEY, n INT);")

    def _mount(self, *words):
        run("mount", *words)
        self.undo.append(lambda: run("umount", "--lazy", words[-1], check=False))

    def _disk(self, number, volume):
        image = self.top / f"disk{number}"
        with open(image, "wb") as file:
            file.truncate(400 << 20)
        run("mkfs.ext4", "-q", "-E", "nodiscard", image)
        device = run("losetup", "--find", "--show", image).stdout.strip()
        self.undo.append(lambda: run("losetup", "-d", device, check=False))
        mount = self.top / f"volume{number}"
        mount.mkdir()
        self._mount(device, mount)
        self.mounts.append(mount)
        os.symlink(f"../..{device[4:]}", f"/dev/disk/by-id/virtio-{volume[:20]}")
        return device

    def server_command(self):
        return ["mariadbd", "--no-defaults", "--user=root", f"--datadir={self.data}", f"--socket={SOCKET}",
                "--skip-networking", f"--log-bin={self.data}/binlog", "--server-id=1", "--innodb-buffer-pool-size=32M",
                "--pid-file=/run/mysqld/mysqld.pid", "--plugin-maturity=unknown", "--innodb-log-file-size=8M"]

    def start_server(self):
        """Not as a child of ours: whoever stops it waits for its number to vanish."""
        with open(self.top / "server.log", "ab") as log:
            subprocess.run(["setsid", "--fork", *self.server_command()], check=True, stdin=subprocess.DEVNULL, stdout=log,
                           stderr=log)
        wait_until("MariaDB", self.server_answers)

    def server_answers(self):
        return run("mariadb", "--no-defaults", "-e", "SELECT 1", check=False).returncode == 0

    def server_pid(self):
        try:
            return int(pathlib.Path("/run/mysqld/mysqld.pid").read_text())
        except (OSError, ValueError):
            return None

    def stop_server(self):
        pid = self.server_pid()
        if pid and alive(pid):
            os.kill(pid, signal.SIGTERM)
            wait_until("MariaDB's end", lambda: not alive(pid))

    def sql(self, text, check=True):
        return run("mariadb", "--no-defaults", "-N", "-B", "-e", text, check=check).stdout.strip()

    def rows(self):
        return int(self.sql("SELECT COUNT(*) FROM shop.orders"))

    def use_shell(self, path):
        """Makes /bin/sh of this namespace another shell, so that the dead-man runs under it too."""
        real = os.path.realpath("/bin/sh") if not self.shared_shell else self.shared_shell
        if self.shared_shell:
            run("umount", self.shared_shell)
            self.shared_shell = None
        if os.path.realpath(path) != real:
            run("mount", "--bind", path, real)
            self.shared_shell = real

    def is_frozen(self, mount):
        """Whether a write to the mount waits. Only for mounts that the test will thaw."""
        probe = subprocess.Popen(["touch", str(mount / "probe")])
        try:
            probe.wait(0.3)
            return False
        except subprocess.TimeoutExpired:
            threading.Thread(target=probe.wait).start()
            return True

    def processes(self):
        """Processes of the helper that are left, by its name in their command line."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                same_namespace = os.readlink(entry / "ns/mnt") == os.readlink("/proc/self/ns/mnt")
            except OSError:
                continue
            if same_namespace and any(w.endswith(b"/stillpoint-hold") for w in words):
                found.append(int(entry.name))
        return found

    def recover(self):
        """Puts things right after a case that failed: no helper, nothing frozen, the server up."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):  # one may end by itself meanwhile
                os.kill(pid, signal.SIGKILL)
        for mount in self.mounts:
            run("fsfreeze", "-u", mount, check=False)
        if not alive(self.server_pid() or 0):
            self.start_server()

    def close(self):
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):  # one may end by itself meanwhile
                os.kill(pid, signal.SIGKILL)
        for mount in self.mounts:
            run("fsfreeze", "-u", mount, check=False)
        try:
            self.stop_server()
        finally:
            if self.shared_shell:
                run("umount", self.shared_shell, check=False)
            for step in reversed(self.undo):
                step()  # none of them raises
            shutil.rmtree(self.top, ignore_errors=True)


class Helper:
    """One run of the helper, spoken to over pipes as the controller speaks to it over SSH."""

    def __init__(self, command, verb):
        self.process = subprocess.Popen([*command, verb], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, start_new_session=True)
        self.buffer = b""
        self.lines = []
        self.sent_at = 0.0

    def send(self, *lines):
        self.sent_at = time.monotonic()
        try:
            self.process.stdin.write("".join(f"{line}\n" for line in lines).encode())
        except BrokenPipeError:
            pass  # it has ended, and what it said is there to be read

    def line(self, seconds=20.0):
        end = time.monotonic() + seconds
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise AssertionError(f"no line within {seconds} s after {self.lines}")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise AssertionError(f"the helper ended after {self.lines}: {self.process.stderr.read().decode()}")
            self.buffer += more
        line, _, self.buffer = self.buffer.partition(b"\n")
        self.lines.append(line.decode())
        return self.lines[-1]

    def until(self, pattern, seconds=20.0):
        """Reads up to the line that matches; any other final word is a failure."""
        while True:
            line = self.line(seconds)
            if re.fullmatch(pattern, line):
                return line
            if re.match("REFUSED|ABORTED|RELEASED|OK$|VERDICT", line):
                raise AssertionError(f"wanted {pattern}, got {self.lines}")

    def end(self, seconds=20.0):
        """Waits for the exit; the rest of the output, and the status."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
        status = self.process.wait(seconds)
        self.process.stdout.close()
        self.process.stderr.close()
        return status


class Writer:
    """Commits rows as fast as the database takes them and remembers when each commit returned."""

    def __init__(self):
        self.client = subprocess.Popen(["mariadb", "--no-defaults", "-N", "-B", "--unbuffered"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.commits = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._loop)
        self.thread.start()
        wait_until("a first commit", lambda: self.commits)

    def _loop(self):
        while not self.stop.is_set():
            try:
                self.client.stdin.write(b"INSERT INTO shop.orders (n) VALUES (1); SELECT 1;\n")
                self.client.stdin.flush()
                if not self.client.stdout.readline():
                    return
            except OSError:
                return
            self.commits.append(time.monotonic())

    def between(self, start, end):
        return sum(1 for at in self.commits if start < at < end)

    def goes_on(self):
        before = len(self.commits)
        wait_until("another commit", lambda: len(self.commits) > before)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(30)
        self.client.stdin.close()
        self.client.wait()
        self.client.stdout.close()
