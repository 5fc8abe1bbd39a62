#!/usr/bin/python3
"""Fills the lab cloud in: accounts and catalog, volume types, a flavor, an image and a network. Idempotent.

    cloud-seed.py accounts SERVICE=ENDPOINT...
    cloud-seed.py resources NOVA_CONF
The environment gives KEYSTONE_URL, PASSWORD and REGION.
"""
import io
import os
import subprocess
import sys
import time

from keystoneauth1 import session
from keystoneauth1.identity import v3

REGION = os.environ["REGION"]
PASSWORD = os.environ["PASSWORD"]
SERVICE_TYPES = {"cinder": ("volumev3", "cinderv3"), "nova": ("compute", "nova"), "placement": ("placement", "placement"),
                 "glance": ("image", "glance"), "neutron": ("network", "neutron")}
SUBNET = "10.99.0.0/16"  # the simulated servers' addresses (tests/e2e/server)


def log_in(project="admin"):
    return session.Session(auth=v3.Password(
        auth_url=os.environ["KEYSTONE_URL"] + "/v3", username="admin", password=PASSWORD, project_name=project,
        user_domain_name="Default", project_domain_name="Default"))


def accounts(services):
    from keystoneclient.v3 import client
    keystone = client.Client(session=log_in(), region_name=REGION, interface="public")
    roles = {role.name: role for role in keystone.roles.list()}
    if "service" not in roles:
        roles["service"] = keystone.roles.create("service")
    projects = {project.name: project for project in keystone.projects.list()}
    for name in ("service", "backup"):
        if name not in projects:
            projects[name] = keystone.projects.create(name, "default")
    users = {user.name: user for user in keystone.users.list()}

    def grant(name, project, *names):
        if name not in users:
            users[name] = keystone.users.create(name, domain="default", password=PASSWORD)
        for role in names:
            keystone.roles.grant(roles[role], user=users[name], project=projects[project])

    known = {service.type: service for service in keystone.services.list()}
    for argument in services:
        name, endpoint = argument.split("=", 1)
        grant(name, "service", "admin", "service")
        kind, label = SERVICE_TYPES[name]
        if kind not in known:
            known[kind] = keystone.services.create(label, type=kind)
            for interface in ("public", "internal"):
                keystone.endpoints.create(known[kind], endpoint, interface=interface, region=REGION)
    grant("backup", "backup", "member")
    grant("admin", "backup", "admin")


def await_true(what, look, seconds=90):
    """Until `look` says yes; a service that still starts answers with all kinds of errors."""
    end = time.monotonic() + seconds
    while True:
        try:
            if look():
                return
            why = "not yet"
        except Exception as error:  # noqa: BLE001  each client has exceptions of its own
            why = error
        if time.monotonic() > end:
            sys.exit("seed: gave up on %s: %s" % (what, why))
        time.sleep(0.5)


def volume_types(auth):
    from cinderclient.v3 import client
    cinder = client.Client(session=auth, region_name=REGION)
    known = {kind.name for kind in cinder.volume_types.list()}
    for name in ("rbd", "fake"):
        if name not in known:
            cinder.volume_types.create(name).set_keys({"volume_backend_name": name})
    await_true("cinder-volume", lambda: {"lab@rbd", "lab@fake"} <= {
        service.host for service in cinder.services.list(binary="cinder-volume") if service.state == "up"})


def image(auth):
    from glanceclient.v2 import client
    glance = client.Client(session=auth, region_name=REGION)
    if not [found for found in glance.images.list() if found.name == "tiny"]:
        made = glance.images.create(name="tiny", disk_format="raw", container_format="bare", visibility="public",
                                    min_disk=1)
        glance.images.upload(made.id, io.BytesIO(b"\0" * 1048576))


def network(auth):
    """The project's own network: only its owner may choose addresses on it."""
    where = {"service_type": "network", "interface": "public", "region_name": REGION}
    # A fresh Neutron worker answers 500 to its first list of ports until another query has configured its mappers.
    await_true("neutron", lambda: auth.get("/v2.0/networks", endpoint_filter=where).ok)
    if auth.get("/v2.0/networks?name=lab", endpoint_filter=where).json()["networks"]:
        return
    owner = log_in("backup")
    made = owner.post("/v2.0/networks", endpoint_filter=where, json={"network": {"name": "lab"}}).json()["network"]
    owner.post("/v2.0/subnets", endpoint_filter=where, json={"subnet": {
        "network_id": made["id"], "name": "lab", "cidr": SUBNET, "ip_version": 4, "gateway_ip": None,
        "enable_dhcp": False}})


def compute(auth, nova_conf):
    from novaclient import client
    nova = client.Client("2.79", session=auth, region_name=REGION)
    if not [flavor for flavor in nova.flavors.list() if flavor.name == "m1.lab"]:
        nova.flavors.create("m1.lab", ram=64, vcpus=1, disk=1)
    await_true("nova-compute", lambda: [
        service for service in nova.services.list(binary="nova-compute") if service.state == "up"])
    if not nova.hypervisors.list():
        subprocess.run(["nova-manage", "--config-file", nova_conf, "cell_v2", "discover_hosts"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        await_true("the hypervisor", nova.hypervisors.list)


def resources(nova_conf):
    auth = log_in()
    volume_types(auth)
    image(auth)
    network(auth)
    compute(auth, nova_conf)


if sys.argv[1] == "accounts":
    accounts(sys.argv[2:])
else:
    resources(sys.argv[2])
