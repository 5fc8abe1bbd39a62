"""The daemon under test: begun, killed, begun again; what it costs and what it says."""
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024
LONGEST_STOP_S = 90  # of a SIGTERM: holds end by themselves, and one call to the cloud may take a minute
OVERLAP = 200  # more than any secret is long


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Daemon:
    def __init__(self, program, folder, policies, clouds_yaml, installation):
        self.port = free_port()
        self.command = [str(program), "run", "-f", str(policies), "--installation", installation, "--listen",
                        f"127.0.0.1:{self.port}", "--resync", "60", "-vv", "--log-format", "json"]
        self.env = {"PATH": os.environ["PATH"], "HOME": str(folder), "OS_CLIENT_CONFIG_FILE": str(clouds_yaml)}
        self.log = folder / "daemon.log"
        self.log.write_bytes(b"")
        self.read_until = 0
        self.tail = b""
        self.process = None
        self.began = 0.0
        self.stop_asked = None
        self.counts = {"started": 0, "killed": 0, "stopped": 0}
        self.cpu_s = 0.0
        self.alive_s = 0.0
        self.last_cpu = 0.0
        self.samples = []  # (seconds of the soak, seconds of its life, RSS in KiB)
        self.problems = []

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env)
        self.began = time.monotonic()
        self.last_cpu = 0.0
        self.counts["started"] += 1

    def kill(self):
        self.sample(None)
        self.process.kill()
        self.process.wait()
        self.counts["killed"] += 1
        self.stop_asked = None
        self.account()

    def ask_to_stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.stop_asked = time.monotonic()

    def has_stopped(self):
        """After `ask_to_stop`: it must end by itself, with 0."""
        code = self.process.poll()
        if code is None:
            if time.monotonic() - self.stop_asked > LONGEST_STOP_S:
                self.problems.append(f"it did not stop within {LONGEST_STOP_S} s of SIGTERM")
                self.kill()
                return True
            return False
        if code != 0:
            self.problems.append(f"it ended with {code} after SIGTERM")
        self.counts["stopped"] += 1
        self.stop_asked = None
        self.account()
        return True

    def check_alive(self):
        """Nothing but us may end it."""
        if self.stop_asked is None and self.process.poll() is not None:
            self.problems.append(f"it ended by itself, with {self.process.returncode}")
            self.account()
            self.start()

    def account(self):
        self.alive_s += time.monotonic() - self.began
        self.cpu_s += self.last_cpu

    def sample(self, at):
        proc = pathlib.Path(f"/proc/{self.process.pid}")
        try:
            fields = (proc / "stat").read_text().rsplit(")", 1)[1].split()
            rss = int((proc / "statm").read_text().split()[1]) * PAGE_KIB
        except (OSError, IndexError):
            return
        self.last_cpu = (int(fields[11]) + int(fields[12])) / TICKS
        if at is not None:
            self.samples.append((at, time.monotonic() - self.began, rss))

    def new_output(self):
        """What it wrote since the last call, with the end of what came before: a secret may be cut in two."""
        with open(self.log, "rb") as log:
            log.seek(self.read_until)
            text = log.read()
        self.read_until += len(text)
        seen, self.tail = self.tail + text, (self.tail + text)[-OVERLAP:]
        return seen if text else b""

    def get(self, path):
        """A page of its, or nothing if it is not there right now."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as reply:
                return reply.read()
        except urllib.error.HTTPError as error:
            return error.read()
        except OSError:
            return None

    def arguments(self):
        try:
            return pathlib.Path(f"/proc/{self.process.pid}/cmdline").read_bytes()
        except OSError:
            return b""
