#!/usr/bin/python3
"""What the suite does to the lab cloud beside stillpoint, over plain HTTP: it shares no code with what it tests.

    cloud_api.py create-server NAME [ADDRESS]         prints the id; without ADDRESS the server has none
    cloud_api.py create-volume NAME [SNAPSHOT_ID]     prints the id
    cloud_api.py attach SERVER_ID VOLUME_ID
    cloud_api.py create-snapshot VOLUME_ID NAME       prints the id
    cloud_api.py snapshots VOLUME_ID...               JSON array, oldest first
    cloud_api.py await-snapshots STATUS VOLUME_ID...  until every snapshot of the volumes has the status
    cloud_api.py time-snapshots VOLUME_ID COUNT       takes and deletes them; prints POST-to-available of each, in ms
    cloud_api.py quota SNAPSHOTS                      limit of the project's snapshots
    cloud_api.py revoke-tokens USER MEMCACHED         all of the user's; MEMCACHED is its HOST:PORT
    cloud_api.py purge PREFIX                         deletes the servers and volumes so named, and the snapshots of these
Settings: STILLPOINT_LAB_STATE, where cloud-up left openrc and openrc-admin.
"""
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

STATE = os.environ.get("STILLPOINT_LAB_STATE", "/var/tmp/stillpoint-lab")
POOL = "volumes"


class HttpError(Exception):
    def __init__(self, code, text):
        super().__init__("%d %s" % (code, text))
        self.code = code


class GaveUp(SystemExit):
    """Something that was waited for did not come."""


class Cloud:
    def __init__(self, rc="openrc"):
        with open(os.path.join(STATE, rc)) as file:
            env = dict(re.findall(r"(OS_\w+)=(\S+)", file.read()))
        user = {"name": env["OS_USERNAME"], "domain": {"name": "Default"}, "password": env["OS_PASSWORD"]}
        scope = {"project": {"name": "backup", "domain": {"name": "Default"}}}
        self.login = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
        self.auth_url = env["OS_AUTH_URL"] + "/auth/tokens"
        reply = self.log_in()
        self.project = reply["token"]["project"]["id"]
        self.urls = {service["type"]: service["endpoints"][0]["url"] for service in reply["token"]["catalog"]
                     if service["endpoints"]}

    def log_in(self):
        self.token = ""
        reply, headers = self.send("POST", self.auth_url, self.login)
        self.token = headers["X-Subject-Token"]
        return reply

    def request(self, method, url, body=None):
        """A token lives for an hour, and some runs take longer."""
        try:
            return self.send(method, url, body)
        except HttpError as error:
            if error.code != 401:
                raise
        self.log_in()
        return self.send(method, url, body)

    def send(self, method, url, body=None):
        headers = {"Content-Type": "application/json", "X-Auth-Token": self.token}
        if ":8776" in url:
            headers["OpenStack-API-Version"] = "volume 3.69"
        if ":8774" in url:
            headers["OpenStack-API-Version"] = "compute 2.79"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=180) as reply:
                text = reply.read()
                return (json.loads(text) if text else None), reply.headers
        except urllib.error.HTTPError as error:
            raise HttpError(error.code, error.read().decode("utf-8", "replace")[:500]) from None

    def volume(self, method, path, body=None):
        return self.request(method, self.urls["volumev3"] + path, body)[0]

    def compute(self, method, path, body=None):
        return self.request(method, self.urls["compute"] + path, body)[0]

    def image(self):
        return self.request("GET", self.urls["image"] + "/v2/images?name=tiny")[0]["images"][0]["id"]

    def network(self):
        return self.request("GET", self.urls["network"] + "/v2.0/networks?name=lab")[0]["networks"][0]["id"]


def await_true(what, look, seconds=120, pause=0.05):
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            raise GaveUp("cloud_api: gave up on " + what)
        time.sleep(pause)


def await_status(cloud, kind, ident, wanted):
    def look():
        try:
            status = cloud.volume("GET", "/%ss/%s" % (kind, ident))[kind]["status"]
        except HttpError as error:
            if error.code == 404 and wanted == "gone":
                return True
            raise
        if status.startswith("error") and wanted != "gone":
            raise GaveUp("cloud_api: %s %s is %s" % (kind, ident, status))
        return status == wanted
    await_true("%s %s" % (kind, ident), look)


def create_server(cloud, name, address=None):
    """A server that Nova could not build is made again: on a small and busy machine it loses a message now and then."""
    flavors = cloud.compute("GET", "/flavors")["flavors"]
    networks = [{"uuid": cloud.network(), "fixed_ip": address}] if address else "none"
    wanted = {"name": name, "imageRef": cloud.image(), "networks": networks,
              "flavorRef": [flavor["id"] for flavor in flavors if flavor["name"] == "m1.lab"][0]}
    for _ in range(3):
        server = cloud.compute("POST", "/servers", {"server": wanted})["server"]["id"]
        status = None

        def look():
            nonlocal status
            status = cloud.compute("GET", "/servers/" + server)["server"]["status"]
            return status in ("ACTIVE", "ERROR")
        await_true("server " + name, look, pause=0.5)
        if status == "ACTIVE":
            return server
        cloud.compute("DELETE", "/servers/" + server)
        await_true("deletion of server " + name, lambda: all(
            other["id"] != server for other in cloud.compute("GET", "/servers")["servers"]), pause=0.5)
    sys.exit("cloud_api: server %s could not be built" % name)


def create_volume(cloud, name, snapshot=None):
    body = {"name": name, "size": 1, "snapshot_id": snapshot}
    if not snapshot:
        body["volume_type"] = "rbd"
    volume = cloud.volume("POST", "/volumes", {"volume": body})["volume"]["id"]
    await_status(cloud, "volume", volume, "available")
    return volume


def attach(cloud, server, volume):
    cloud.compute("POST", "/servers/%s/os-volume_attachments" % server, {"volumeAttachment": {"volumeId": volume}})
    await_status(cloud, "volume", volume, "in-use")


def create_snapshot(cloud, volume, name):
    made = cloud.volume("POST", "/snapshots", {"snapshot": {"volume_id": volume, "name": name}})["snapshot"]["id"]
    await_status(cloud, "snapshot", made, "available")
    return made


def snapshots(cloud, volumes):
    found = []
    for volume in volumes:
        found += cloud.volume("GET", "/snapshots/detail?limit=1000&volume_id=" + volume)["snapshots"]
    return sorted(found, key=lambda snapshot: snapshot["created_at"])


def await_snapshots(cloud, status, volumes):
    await_true("snapshots " + status, lambda: all(
        snapshot["status"] == status for snapshot in snapshots(cloud, volumes)), 180, 0.2)


def time_snapshots(cloud, volume, count):
    for number in range(int(count)):
        begin = time.monotonic()
        made = create_snapshot(cloud, volume, "e2e-timing-%d" % number)
        print("%.0f" % ((time.monotonic() - begin) * 1000), flush=True)
        cloud.volume("DELETE", "/snapshots/" + made)
        await_status(cloud, "snapshot", made, "gone")


def quota(limit):
    admin = Cloud("openrc-admin")
    admin.volume("PUT", "/os-quota-sets/" + admin.project, {"quota_set": {
        "snapshots": int(limit), "gigabytes": 10000, "volumes": 200}})


def revoke_tokens(user, cache):
    """Makes the user's tokens invalid now: Keystone revokes them with the user, and what the services remember is dropped."""
    admin = Cloud("openrc-admin")
    ident = admin.request("GET", admin.urls["identity"] + "/users?name=" + user)[0]["users"][0]["id"]
    for enabled in (False, True):
        admin.request("PATCH", "%s/users/%s" % (admin.urls["identity"], ident), {"user": {"enabled": enabled}})
    host, port = cache.split(":")
    with socket.create_connection((host, int(port)), 10) as memcached:
        memcached.sendall(b"flush_all\r\n")
        if memcached.recv(16) != b"OK\r\n":
            sys.exit("cloud_api: memcached did not drop its entries")


def delete_snapshots(admin, volumes):
    """A leftover may be in any state, and one whose deletion was cut short stays `deleting` for ever."""
    stuck_from = time.monotonic() + 20

    def look():
        left = snapshots(admin, volumes)
        ends = ("available", "error") if time.monotonic() > stuck_from else ("available", "error", "deleting")
        for snapshot in left:
            try:
                if snapshot["status"] not in ends:
                    admin.volume("POST", "/snapshots/%s/action" % snapshot["id"], {"os-reset_status": {"status": "error"}})
                if snapshot["status"] in ("available", "error"):
                    admin.volume("DELETE", "/snapshots/" + snapshot["id"])
            except HttpError as error:
                if error.code not in (400, 404):
                    raise
        return not left
    await_true("deletion of snapshots", look, pause=0.5)


def empty_trash():
    """Cinder moves an image that is still open somewhere to Ceph's trash and says that the volume is gone; nobody empties
    that in the lab, and a snapshot that the image was made from could never be removed."""
    rbd = ["rbd", "--conf", os.path.join(STATE, "ceph", "ceph.conf"), "trash"]

    def look():
        purged = subprocess.run(rbd + ["purge", "--no-progress", POOL], stdout=subprocess.DEVNULL, check=False)
        return purged.returncode == 0 and not subprocess.check_output(rbd + ["list", "--all", POOL])
    await_true("the pool's trash to be empty", look, 60, 2)


def purge(cloud, prefix):
    admin = Cloud("openrc-admin")
    for server in cloud.compute("GET", "/servers")["servers"]:
        if server["name"].startswith(prefix):
            cloud.compute("DELETE", "/servers/" + server["id"])
    await_true("deletion of servers", lambda: not any(
        server["name"].startswith(prefix) for server in cloud.compute("GET", "/servers")["servers"]), pause=0.5)
    volumes = [volume for volume in cloud.volume("GET", "/volumes/detail?limit=1000")["volumes"]
               if volume["name"].startswith(prefix)]
    # First what was made from snapshots, then these.
    for restored in (True, False):
        some = [volume["id"] for volume in volumes if bool(volume["snapshot_id"]) == restored]
        delete_snapshots(admin, some)
        for ident in some:
            await_true("volume %s to be free" % ident, lambda i=ident: cloud.volume(
                "GET", "/volumes/" + i)["volume"]["status"] in ("available", "error"), 60, 0.3)
            cloud.volume("DELETE", "/volumes/" + ident)
        for ident in some:
            await_status(cloud, "volume", ident, "gone")
        empty_trash()


def main(command, *arguments):
    if command in ("quota", "revoke-tokens"):
        return {"quota": quota, "revoke-tokens": revoke_tokens}[command](*arguments)
    cloud = Cloud()
    if command == "snapshots":
        print(json.dumps(snapshots(cloud, arguments)))
    elif command == "await-snapshots":
        await_snapshots(cloud, arguments[0], arguments[1:])
    elif command in ("create-server", "create-volume", "create-snapshot"):
        make = {"create-server": create_server, "create-volume": create_volume, "create-snapshot": create_snapshot}
        print(make[command](cloud, *arguments))
    else:
        {"attach": attach, "time-snapshots": time_snapshots, "purge": purge}[command](cloud, *arguments)
    return None


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except HttpError as error:
        sys.exit("cloud_api: %s" % error)
