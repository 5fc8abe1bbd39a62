"""What is measured on: three databases behind real sshds on volumes of the lab cloud, each with a writer beside it."""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

E2E = pathlib.Path(__file__).resolve().parents[2] / "e2e"
sys.path.insert(0, str(E2E / "lib"))
import cloud_api  # noqa: E402
from cloud_api import GaveUp, HttpError  # noqa: E402,F401
from load import Load  # noqa: E402

PREFIX = "e2e-bench-"
HELPER = os.environ.get("STILLPOINT_HOLD")  # to be installed on the servers, instead of the one that the controller brings along
FIRST_POLL, LAST_POLL = 0.02, 0.2  # s; as stillpoint polls


class Failure(Exception):
    """Something that must not happen while it is measured, with what was said."""


def run(*words, check=True, seconds=300, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=seconds, **more)
    if check and done.returncode != 0:
        raise Failure("%s ended with %d: %s" % (" ".join(map(str, words)), done.returncode, (done.stdout + done.stderr)[-1500:]))
    return done.stdout.strip()


def all_of(work, items, at_once=4):
    """The work's results for all items, done beside each other."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(work, items))


class Server:
    def __init__(self, rig, name, address, engine, cluster=""):
        self.rig, self.name, self.address, self.engine, self.cluster = rig, PREFIX + name, address, engine, cluster
        self.mount = "/srv/data"
        self.volume = None  # of the cloud

    def make_in_cloud(self, has_volume):
        cloud, name = cloud_api.Cloud(), self.name
        server = cloud_api.create_server(cloud, name, self.address)
        if has_volume:
            self.volume = cloud_api.create_volume(cloud, name + "-data")
            cloud_api.attach(cloud, server, self.volume)

    def up(self):
        if self.volume:
            volume, image = self.volume, self.rig.call("volume", "attach", self.volume)
        else:  # one of a cluster that is never held
            volume, image = "00000000-0000-4000-8000-" + self.address.replace(".", "").zfill(12), self.rig.work / self.name
            image.touch()
            os.truncate(image, 1 << 30)
        more = ["--cluster", self.cluster] if self.cluster else []
        self.rig.call("server", "up", self.name, "--address", self.address, *more,
                      "--volume", "%s:%s:%s:%s" % (volume, image, self.mount, self.engine))
        if HELPER:
            folder = "/usr/local/sbin"
            self.inside("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder)
            self.inside("install", "-m", "755", HELPER, folder + "/stillpoint-hold")

    def inside(self, *words):
        return self.rig.call("server", "exec", self.name, *words)

    def socket(self):
        return self.rig.call("server", "socket", self.name)

    def ssh(self):
        """The words before a command that is run on it."""
        servers = self.rig.servers_folder
        return ["ssh", "-T", "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=%s" % (servers / self.name / "known_hosts"),
                "-i", str(servers / "id_ed25519"), "root@" + self.address]


class Rig:
    """All of it; `with` makes and removes it."""

    def __init__(self, binary, pause):
        self.binary, self.pause = binary, pause
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="stillpoint-bench.", dir="/var/tmp"))
        self.state = pathlib.Path(cloud_api.STATE)
        self.servers_folder = pathlib.Path(os.environ.setdefault("STILLPOINT_SERVERS", str(self.state / "servers")))
        members = ["10.99.2.%d" % n for n in (11, 12, 13)]
        self.maria = Server(self, "maria", "10.99.2.1", "mariadb")
        self.postgres = Server(self, "postgres", "10.99.2.2", "postgresql")
        self.galera = [Server(self, "galera-%d" % (n + 1), members[n], "galera", ",".join(members)) for n in range(3)]
        self.servers = [self.maria, self.postgres, *self.galera]
        self.loads = {}  # by the server that is held

    def call(self, program, *words):
        return run(E2E / program, *words)

    def __enter__(self):
        try:
            self._purge()
            self.cloud = cloud_api.Cloud()
            cloud_api.quota(500)
            held = (self.maria, self.postgres, self.galera[1])
            all_of(lambda server: server.make_in_cloud(server in held), self.servers)
            all_of(Server.up, [self.maria, self.postgres])
            for member in self.galera:  # the first one begins the cluster
                member.up()
            with open(self.work / "known_hosts", "w") as file:
                for server in self.servers:
                    file.write((self.servers_folder / server.name / "known_hosts").read_text())
            # The writes of a cluster come to a member that is not held.
            self.loads = {held: self._load(writes) for held, writes in (
                (self.maria, self.maria), (self.postgres, self.postgres), (self.galera[1], self.galera[0]))}
        except BaseException:
            self.__exit__()
            raise
        return self

    def _load(self, server):
        load = Load(server.socket(), self.work / (server.name + ".commits"), self.pause,
                    "postgresql" if server.engine == "postgresql" else "mariadb")
        load.await_commit_after(0.0)
        load.rest()
        return load

    def _purge(self):
        for server in self.servers:
            self.call("server", "down", server.name)
        for folder in (self.state / "rbd").glob("*/"):
            if not any(os.path.samefile(folder, kept) for kept in self._folders_in_use()):
                self.call("volume", "detach", folder.name)
        cloud_api.purge(cloud_api.Cloud(), PREFIX)

    def _folders_in_use(self):
        """Of the volumes of other servers than ours."""
        volumes = [line.split()[0] for notes in self.servers_folder.glob("*/volumes") for line in notes.read_text().splitlines()]
        return [folder for folder in map((self.state / "rbd").joinpath, volumes) if folder.exists()]

    def __exit__(self, *_):
        for load in self.loads.values():
            load.end()
        self._purge()
        subprocess.run(["rm", "-rf", "--one-file-system", str(self.work)], check=True)

    def _monitor(self, *words):
        return run("ceph", "--admin-daemon", self.state / "ceph/ceph-mon.lab.asok", "config", *words)

    def propose_interval(self):
        """How often Ceph's monitors agree on something, such as a snapshot; in s."""
        return float(json.loads(self._monitor("get", "paxos_propose_interval"))["paxos_propose_interval"])

    def set_propose_interval(self, seconds):
        self._monitor("set", "paxos_propose_interval", seconds)

    def snapshots(self, volume):
        return self.cloud.volume("GET", "/snapshots/detail?limit=1000&volume_id=" + volume)["snapshots"]

    def cut(self, volume):
        """A snapshot by hand: its id, and seconds from POST to available, polled as stillpoint polls."""
        begin, pause = time.monotonic(), FIRST_POLL
        made = self.cloud.volume("POST", "/snapshots", {"snapshot": {"volume_id": volume, "name": PREFIX + "by-hand"}})["snapshot"]
        while made["status"] == "creating":
            time.sleep(pause)
            pause = min(LAST_POLL, pause * 1.25)
            made = self.cloud.volume("GET", "/snapshots/" + made["id"])["snapshot"]
        if made["status"] != "available":
            raise Failure("a snapshot became " + made["status"])
        return made["id"], time.monotonic() - begin

    def delete_snapshots(self, ids):
        def delete(ident):
            self.cloud.volume("DELETE", "/snapshots/" + ident)
            cloud_api.await_status(self.cloud, "snapshot", ident, "gone")
        all_of(delete, ids, at_once=10)
