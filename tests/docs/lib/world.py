"""What a page's commands run against: a folder, an embedded cloud, a clock, and servers of which one may be real."""
import datetime
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from soak.lib.cloud import Cloud  # noqa: E402

FAKETIME = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
METHODS = {"application": "backupStage+freeze", "filesystem": "filesystem", "crash": "none"}
COMMAND_LIMIT = 60  # seconds
SIM_OPTIONS = ["--cut-delay-ms", "40", "--delete-delay-ms", "10", "--quota-snapshots", "60", "--quota-gigabytes", "1000"]


def instant(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)


class World:
    """Made of a page's settings; `stop` ends all that runs. A context manager."""

    def __init__(self, project, build, folder):
        self.project, self.build, self.folder = project, build, folder
        self.home, self.pages = folder / "home", folder / "page"
        self.cloud, self.daemon, self.servers, self.real = None, None, {}, []
        (self.home / ".ssh").mkdir(parents=True)
        self.pages.mkdir()
        self.environment = {
            "PATH": f"{build}:{project}/tests/cloudsim:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(self.home), "TZ": "UTC",
            "LC_ALL": "C.UTF-8", "USER": "anna", "LOGNAME": "anna", "STILLPOINT_STORE": str(self.pages / "policies"),
            "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(folder / "clock"), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "OS_CLIENT_CONFIG_FILE": str(self.home / "clouds.yaml")}
        self.clock_is(None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def furnish(self, settings):
        """Each setting is a line; `README.md` beside the test has them."""
        settings = [line for setting in settings for line in self._lines_of(setting)]
        servers = [setting.split()[1:] for setting in settings if setting.startswith("server ")]
        for setting in (setting for setting in settings if setting.startswith("clock ")):
            self.set_clock(setting.split()[1])
        if servers:
            self._start_cloud()
            self.servers = self.cloud.furnish([(name, address, volumes) for name, address, *volumes in servers])
        for setting in settings:
            if setting.startswith(("server ", "clock ")):
                continue
            word, *rest = setting.split()
            action = getattr(self, "set_" + word, None)
            if action is None:
                raise ValueError(f"there is no setting '{word}'")
            action(*rest)
        while self.cloud and any(row["status"] != "available" for row in
                                 self.cloud.api("volumev3", "GET", "/snapshots/detail")["snapshots"]):
            time.sleep(0.02)

    def _lines_of(self, setting):
        """A world with a name is a file of settings."""
        if not setting.startswith("world "):
            return [setting]
        return (self.project / "tests/docs/worlds" / setting.split()[1]).read_text().splitlines()

    # ---- the settings

    def set_clock(self, at):
        self.clock_is(instant(at))

    def set_real(self, name, login):
        """An sshd at the server's address, and a MariaDB on its first volume; the others are mounted."""
        if subprocess.run(["losetup", "--find"], capture_output=True, check=False).returncode:
            raise SkipPage("no loop devices here")
        server, volumes = self.servers[name]
        address = self.cloud.api("compute", "GET", f"/servers/{server}")["server"]["addresses"]
        address = next(iter(address.values()))[0]["addr"]
        arguments = []
        for number, volume in enumerate(volumes):
            image = self.folder / "cloud" / f"volume-{volume}"
            arguments += ["--volume", f"{volume}:{image}:" + ("/var/lib/mysql-data:mariadb" if number == 0
                                                              else f"/srv/data-{number}")]
        self.real.append(name)
        self._server("up", name, "--address", address, "--login", login, *arguments)
        shutil.copy(self.folder / "servers/id_ed25519", self.home / ".ssh")
        shutil.copy(self.folder / "servers" / name / "known_hosts", self.home / ".ssh")

    def set_copy(self, source, target):
        (self.pages / target).parent.mkdir(exist_ok=True)
        shutil.copy(self.project / source, self.pages / target)

    def set_points(self, policy, server, dataset, volume, level, first, count):
        """Labelled points of one volume, one a day from the first slot on, as passes have left them."""
        server_id, volume_id = self.servers[server][0], self._volume(server, volume)
        for day in range(int(count)):
            slot = instant(first) + datetime.timedelta(days=day)
            text = slot.strftime("%Y-%m-%dT%H:%M:%SZ")
            identity = "\n".join(["default", policy, server_id, dataset, text])
            values = {"schema": "1", "installation": "default", "policy": policy, "server": server_id,
                      "server-name": server, "dataset": dataset, "slot": text, "taken": text, "members": "1",
                      "point": hashlib.sha256(identity.encode()).hexdigest()[:16],
                      "attempt": hashlib.sha256((identity + "attempt").encode()).hexdigest()[:32],
                      "hold-until": (slot + datetime.timedelta(seconds=20)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                      "method": METHODS[level], "consistency": level, "held-ms": "412"}
            self.cloud.snapshot(volume_id, "x", {"stillpoint." + key: value for key, value in values.items()})

    def set_strange(self, server, volume, name):
        """A snapshot that is not Stillpoint's. `{id}` in its name is the server's."""
        self.cloud.snapshot(self._volume(server, volume), name.replace("{id}", self.servers[server][0]), {})

    def _volume(self, server, name):
        rows = self.cloud.api("volumev3", "GET", "/volumes/detail")["volumes"]
        return next(row["id"] for row in rows if row["id"] in self.servers[server][1] and row["name"] == name)

    # ---- what happens in it

    def clock_is(self, at):
        """From now on it is this instant for everything here but the real servers; None: the true one."""
        offset = 0 if at is None else at.timestamp() - time.time()
        new = self.folder / "clock.new"
        new.write_text(f"{offset:+.3f}\n")
        new.rename(self.folder / "clock")

    def run(self, command):
        """-> exit code, the lines that it printed on both outputs."""
        done = subprocess.run(["bash", "-c", command], cwd=self.pages, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=COMMAND_LIMIT, check=False)
        return done.returncode, done.stdout.decode(errors="replace").rstrip("\n").split("\n") if done.stdout else []

    def start_daemon(self, command):
        """Waits until it is ready, at the address that it listens on unless told otherwise."""
        with open(self.folder / "daemon.log", "wb") as log:
            self.daemon = subprocess.Popen(["bash", "-c", "exec " + command], cwd=self.pages, env=self.environment,
                                           stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while True:
            try:
                urllib.request.urlopen("http://127.0.0.1:9464/readyz", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                if self.daemon.poll() is not None:
                    raise RuntimeError("the daemon ended: " + (self.folder / "daemon.log").read_text()) from None
                time.sleep(0.05)

    def stop(self):
        if self.daemon is not None:
            self.daemon.terminate()
            self.daemon.wait()
        for name in self.real:
            self._server("down", name)
        if self.cloud is not None:
            self.cloud.stop()

    def _start_cloud(self):
        self.cloud = Cloud(self.build / "stillpoint-cloudsim", self.folder,
                           [*SIM_OPTIONS, "--data", str(self.folder / "cloud")], self.environment)
        clouds = pathlib.Path(self.cloud.clouds_yaml).read_text()
        target = self.home / "clouds.yaml"
        target.write_text(re.sub(r"^  sim:", "  prod:", clouds, flags=re.M))
        target.chmod(0o600)
        login = re.search(r"auth_url: (\S+)", clouds).group(1)
        self.environment.update({
            "OS_AUTH_URL": login, "OS_USERNAME": "sim", "OS_PASSWORD": self.cloud.password, "OS_PROJECT_NAME": "sim",
            "OS_USER_DOMAIN_NAME": "Default", "OS_PROJECT_DOMAIN_NAME": "Default", "OS_REGION_NAME": "RegionOne"})

    def _server(self, *arguments):
        environment = {**os.environ, "STILLPOINT_SERVERS": str(self.folder / "servers")}
        subprocess.run([self.project / "tests/e2e/server", *arguments], env=environment, check=True,
                       stdin=subprocess.DEVNULL)


class SkipPage(Exception):
    """What the page needs cannot be had on this machine."""
