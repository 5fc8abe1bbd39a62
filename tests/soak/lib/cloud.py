"""The embedded cloud: its process, what it is furnished with, and its control port."""
import http.client
import json
import pathlib
import re
import subprocess
import time


class CloudError(Exception):
    def __init__(self, text, status=0):
        super().__init__(text)
        self.status = status


class Cloud:
    """Control requests are free of faults. The services' own are used only before any fault is injected."""

    OPTIONS = ["--cut-delay-ms", "200", "--delete-delay-ms", "50", "--token-lifetime-s", "900", "--page-limit", "250",
               "--quota-snapshots", "20000", "--quota-gigabytes", "100000", "--quota-volumes", "2000"]

    def __init__(self, program, folder, options=None, environment=None):
        self.clouds_yaml = folder / "clouds.yaml"
        with open(folder / "cloudsim.log", "wb") as log:
            self.process = subprocess.Popen([program, *(options or self.OPTIONS), "--clouds-yaml", self.clouds_yaml],
                                            stdout=subprocess.PIPE, stderr=log, env=environment)
        line = self.process.stdout.readline().decode()
        if not line.startswith("listening "):
            raise CloudError("the embedded cloud did not start; see cloudsim.log")
        self.url = line.split()[1]
        self.host = self.url.split("//")[1]
        self.password = re.search(r'password: "(.*)"', pathlib.Path(self.clouds_yaml).read_text()).group(1)
        self.connection = None
        self.next_event = 0
        self.log_in()

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def send(self, method, path, body=None, headers=None):
        """-> the status, the headers, the JSON. One connection for all: nothing of it is retried, so errors show."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, timeout=60)
        text = None if body is None else json.dumps(body)
        try:
            self.connection.request(method, path, text, {"Content-Type": "application/json", **(headers or {})})
            reply = self.connection.getresponse()
            data = reply.read()
        except (http.client.HTTPException, OSError):
            # A kept connection that the other end has closed meanwhile says so only now.
            self.connection.close()
            self.connection = http.client.HTTPConnection(self.host, timeout=60)
            self.connection.request(method, path, text, {"Content-Type": "application/json", **(headers or {})})
            reply = self.connection.getresponse()
            data = reply.read()
        if reply.status >= 300:
            raise CloudError(f"{method} {path}: {reply.status} {data[:300]!r}", reply.status)
        return reply.headers, json.loads(data) if data else None

    def control(self, method, path, body=None):
        return self.send(method, "/sim/" + path, body)[1]

    def force(self, what, body):
        """-> whether it was still there."""
        try:
            self.control("POST", what, body)
        except CloudError as error:
            if error.status != 404:
                raise
            return False
        return True

    def events(self):
        """What has become of snapshots since the last call."""
        found = self.control("GET", f"journal?since={self.next_event}")
        if found["first"] > self.next_event:
            raise CloudError("events were lost: the observer came too late")
        self.next_event = found["next"]
        return found["events"]

    # ---- the services' own requests

    def log_in(self):
        user = {"name": "sim", "domain": {"name": "Default"}, "password": self.password}
        headers, reply = self.send("POST", "/identity/v3/auth/tokens", {"auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": "sim", "domain": {"name": "Default"}}}}})
        self.token = headers["X-Subject-Token"]
        self.paths = {entry["type"]: entry["endpoints"][0]["url"][len(self.url):] for entry in reply["token"]["catalog"]}

    def api(self, service, method, path, body=None):
        return self.send(method, self.paths[service] + path, body,
                         {"X-Auth-Token": self.token, "OpenStack-API-Version": "volume 3.66"})[1]

    def furnish(self, servers):
        """`servers`: (name, address, volumes) each, a volume "NAME" or "NAME:GIB". -> name -> (id, ids of volumes)."""
        made = {}
        for name, address, volumes in servers:
            body = {"server": {"name": name, "flavorRef": "1", "imageRef": "tiny",
                               "networks": [{"uuid": "lab", "fixed_ip": address}]}}
            server = self.api("compute", "POST", "/servers", body)["server"]["id"]
            ids = []
            for volume in volumes:
                name_of, _, size = volume.partition(":")
                ids.append(self.api("volumev3", "POST", "/volumes",
                                    {"volume": {"name": name_of, "size": int(size or 1)}})["volume"]["id"])
            made[name] = (server, ids)
        new = {volume for _, volumes in made.values() for volume in volumes}
        self.wait_for_volumes(new, "available")
        for server, volumes in made.values():
            for volume in volumes:
                self.api("compute", "POST", f"/servers/{server}/os-volume_attachments",
                         {"volumeAttachment": {"volumeId": volume}})
        self.wait_for_volumes(new, "in-use")
        return made

    def wait_for_volumes(self, ids, status):
        while True:
            path, others = "/volumes/detail", []
            while path:
                page = self.api("volumev3", "GET", path)
                others += [volume for volume in page["volumes"] if volume["id"] in ids and volume["status"] != status]
                links = [link["href"] for link in page.get("volumes_links", []) if link["rel"] == "next"]
                path = links[0].split(self.paths["volumev3"])[1] if links else None
            if not others:
                return
            time.sleep(0.05)

    def snapshot(self, volume, name, metadata):
        """A snapshot of somebody else."""
        body = {"snapshot": {"volume_id": volume, "name": name, "metadata": metadata}}
        return self.api("volumev3", "POST", "/snapshots", body)["snapshot"]["id"]
