"""A deploy node, an embedded cloud, and in it a server with a real sshd and a real MariaDB under load."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS / "e2e/lib"))
from load import Load  # noqa: E402

ADDRESS = "10.99.3.1"
MAX_HOLD = 3.0  # s


def wait_until(what, condition, seconds=30.0):
    """Polls a condition that nothing announces; what it gives in the end."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError("timed out waiting for " + what)
        time.sleep(0.02)


def run(*words, seconds=120, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=seconds, **more)
    if done.returncode != 0:
        raise AssertionError("%s ended with %d: %s" % (" ".join(map(str, words)), done.returncode, done.stdout + done.stderr))
    return done.stdout.strip()


class Cloud:
    """The embedded cloud, beside what stillpoint does to it."""

    def __init__(self, program, work):
        self.clouds_yaml = work / "clouds.yaml"
        log = work / "cloudsim.log"
        with open(log, "w") as file:
            self.process = subprocess.Popen([program, "--clouds-yaml", self.clouds_yaml, "--quota-snapshots", "1000", "--cut-delay-ms", "100"],
                                            stdout=file, stderr=file, start_new_session=True)
        wait_until("the embedded cloud", lambda: "listening" in log.read_text())
        text = self.clouds_yaml.read_text()
        self.password, self.auth_url = (re.search(r"^ *%s: *\"?([^\"\n]*)" % key, text, re.M)[1] for key in ("password", "auth_url"))
        self.url = self.auth_url.rpartition("/identity")[0]
        user = {"name": "sim", "domain": {"name": "Default"}, "password": self.password}
        scope = {"project": {"name": "sim", "domain": {"name": "Default"}}}
        self.token = None
        reply, headers = self._send("POST", self.auth_url + "/auth/tokens", {"auth": {
            "identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}})
        self.token = headers["X-Subject-Token"]
        self.volumes_url = next(entry["endpoints"][0]["url"] for entry in reply["token"]["catalog"] if entry["type"] == "volumev3")

    def _send(self, method, url, body=None):
        headers = {"Content-Type": "application/json", "OpenStack-API-Version": "volume 3.66"}
        if self.token:
            headers["X-Auth-Token"] = self.token
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30) as reply:
            text = reply.read()
            return (json.loads(text) if text else None), reply.headers

    def call(self, *words):
        return run(TESTS / "cloudsim/sim-api", self.auth_url, self.password, *words)

    def control(self, method, what, body=None):
        return self._send(method, self.url + "/sim/" + what, body)[0]

    def cut_delay(self, milliseconds):
        """From a POST to the snapshot; negative: it stays `creating`."""
        self.control("POST", "settings", {"cut_delay_ms": milliseconds})

    def delay(self, method, path_regex, milliseconds):
        self.control("POST", "faults", {"method": method, "path_regex": path_regex, "delay_ms": milliseconds})

    def snapshots(self, policy):
        found = self._send("GET", self.volumes_url + "/snapshots/detail?limit=1000")[0]["snapshots"]
        return [one for one in found if one["metadata"].get("stillpoint.policy") == policy]

    def end(self):
        self.process.terminate()
        self.process.wait()


POLICY = """apiVersion: stillpoint.dev/v1alpha1
kind: BackupPolicy
metadata: {{name: {name}}}
spec:
  cloud: sim
  servers: {{names: [killed]}}
  ssh: {{user: root, keyFile: {servers}/id_ed25519, knownHostsFile: {servers}/killed/known_hosts, helper: {helper}}}
  schedule: {{cron: "{cron}"}}
  datasets:
    - {{name: data, volumes: {{nameContains: data}}, hold: {{driver: mariadb, method: {method}, freeze: {freeze}, maxHold: {max_hold:.0f}s}}}}
  retention: {{keepLast: 3, floor: 1}}
"""


class Site:
    def __init__(self, build):
        self.binary = pathlib.Path(build) / "stillpoint"
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="stillpoint-kill.", dir="/var/tmp"))
        self.servers = self.work / "servers"
        os.environ["STILLPOINT_SERVERS"] = str(self.servers)
        self.cloud = self.load = None
        self.build = pathlib.Path(build)
        now = time.gmtime()
        self.cron = "%d %d * * *" % (now.tm_min, now.tm_hour)  # one slot a day, and it is due

    def server(self, verb, *words):
        return run(TESTS / "e2e/server", verb, "killed", *words)

    def inside(self, *words):
        return self.server("exec", *words)

    def __enter__(self):
        try:
            self.cloud = Cloud(self.build / "stillpoint-cloudsim", self.work)
            server = self.cloud.call("create-server", "killed", ADDRESS)
            volume = self.cloud.call("create-volume", "data")
            self.cloud.call("attach", server, volume)
            image = self.work / "image"
            image.touch()
            os.truncate(image, 1 << 30)
            self.server("up", "--address", ADDRESS, "--volume", "%s:%s:/srv/data:mariadb" % (volume, image))
            self.inside("mount", "-o", "remount,size=6m", "/run")  # one that can be filled
            if "STILLPOINT_HOLD" in os.environ:
                self._install_helper(os.environ["STILLPOINT_HOLD"])
            self.root = pathlib.Path("/proc/%s/root" % self.server("pid"))
            self.socket = self.server("socket")
            self.sql("CREATE DATABASE stillpoint_e2e; CREATE TABLE stillpoint_e2e.old (n INT) ENGINE=MyISAM")
            self.load = Load(self.socket, self.work / "commits")
            self.load.await_commit_after(0.0)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.load:
            self.load.end()
        if os.environ.get("STILLPOINT_KILL_LOG"):
            print(run("tail", "-40", self.servers / "killed/mariadb.log"))
        self.server("down")
        if self.cloud:
            self.cloud.end()
        subprocess.run(["rm", "-rf", "--one-file-system", self.work], check=True)

    def _install_helper(self, program):
        """That one instead of the one that the controller brings along."""
        folder = "/usr/local/sbin"
        self.inside("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder)
        self.inside("install", "-m", "755", program, folder + "/stillpoint-hold")

    def sql(self, text):
        return run("mariadb", "--no-defaults", "--socket", self.socket, "-N", "-B", "-e", text)

    def write_policy(self, name, method):
        path = self.work / (name + ".yaml")
        path.write_text(POLICY.format(name=name, servers=self.servers, cron=self.cron, method=method, max_hold=MAX_HOLD,
                                      helper="installed" if "STILLPOINT_HOLD" in os.environ else "sent",
                                      freeze="false" if method == "stopService" else "true"))
        return path

    def stillpoint(self, *words):
        """A controller that is started anew."""
        return subprocess.Popen([self.binary, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env={"OS_CLIENT_CONFIG_FILE": str(self.cloud.clouds_yaml), "PATH": "/usr/bin:/bin", "HOME": "/root"})

    # ---- the server from outside

    def attempts(self):
        """The journals of the helper, by attempt."""
        return {path.name: path for path in (self.root / "run/stillpoint").glob("[0-9a-f]*") if path.name != "bin"}

    def processes(self):
        """(pid here, pid there, words of the command line) of all that runs on the server."""
        there = os.readlink(self.root.parent / "ns/pid")
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if os.readlink(entry / "ns/pid") != there:
                    continue
                words = (entry / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
                number = re.search(r"^NSpid:.*\t(\d+)$", (entry / "status").read_text(), re.M)[1]
            except OSError:
                continue  # it has ended
            yield int(entry.name), int(number), words

    def helpers(self):
        """The processes of the helper but not of its dead-man, and those of the dead-man."""
        found = {False: [], True: []}
        for pid, _, words in self.processes():
            if any(re.fullmatch(r"/run/stillpoint/bin/\S+|/usr/local/sbin/stillpoint-hold", word) for word in words[:5]):
                found["dead-man" in words].append(pid)
        return found[False], found[True]

    def database_pid(self):
        return next((pid for pid, _, words in self.processes() if words[0].endswith("mariadbd")), None)
