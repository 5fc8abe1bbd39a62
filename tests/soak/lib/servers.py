"""Simulated servers with a real sshd, on which a program holds and writes down when."""
import os
import pathlib
import subprocess

# One line when a call begins and one when it ends, in milliseconds since the epoch. `held` is what is held still. A knob
# is used up by the call that finds it.
PROGRAM = r"""#!/bin/sh
cd /srv || exit 1
note() { printf "%s %s %s %s %s\n" "$1" "$word" "$STILLPOINT_ATTEMPT" "$(($(date +%s%N) / 1000000))" "$2" >> record; }
knob() { rm "knob-$1" 2> /dev/null; }
word=$1 code=0
note begin -
case $word in
  check) [ ! -e held ] || code=1 ;;
  hold)
    printf '%s\n' "$STILLPOINT_ATTEMPT" > held
    ! knob slow-hold || sleep 1
    ! knob fail-hold || code=1
    ! knob hang-hold || sleep 60 ;;
  verify)
    { read -r who < held && [ "$who" = "$STILLPOINT_ATTEMPT" ]; } || code=1
    ! knob fail-verify || code=1 ;;
  release)
    if knob fail-release; then code=1; else rm -f held; fi ;;
  *) code=2 ;;
esac
note end $code
exit $code
"""
COMMAND = "/srv/hold"
KNOBS = ("slow-hold", "fail-hold", "hang-hold", "fail-verify", "fail-release")


class Server:
    def __init__(self, lab, name, address, port):
        self.lab, self.name, self.address, self.port = lab, name, address, port
        self.id, self.volumes = None, []
        self.root = None
        self.sshd_is_down = False
        self.read_until = 0

    def up(self):
        options = []
        for number, volume in enumerate(self.volumes):
            image = self.lab.folder / f"{self.name}-{number}.img"
            with open(image, "wb") as file:
                file.truncate(64 << 20)
            options += ["--volume", f"{volume}:{image}:/srv/data-{number}"]
        self.lab.run("up", self.name, "--address", self.address, "--port", str(self.port), *options)
        pid = self.lab.run("pid", self.name).strip()
        self.root = pathlib.Path(f"/proc/{pid}/root/srv")
        (self.root / "record").write_text("")
        (self.root / "hold").write_text(PROGRAM)
        (self.root / "hold").chmod(0o755)

    def turn(self, knob):
        (self.root / f"knob-{knob}").write_text("")

    def turn_back(self):
        for knob in self.root.glob("knob-*"):
            knob.unlink(missing_ok=True)

    def crash_sshd(self):
        self.lab.run("crash-sshd", self.name)
        self.sshd_is_down = True

    def start_sshd(self):
        self.lab.run("sshd", self.name)
        self.sshd_is_down = False

    def new_lines(self):
        """The whole lines that were written since the last call."""
        with open(self.root / "record", "rb") as record:
            record.seek(self.read_until)
            text = record.read()
        whole = text[:text.rfind(b"\n") + 1]
        self.read_until += len(whole)
        return whole.decode().splitlines()


class Lab:
    """Makes servers by tests/e2e/server. Needs root and loop devices."""

    def __init__(self, project, folder):
        self.program = project / "tests/e2e/server"
        self.folder = folder / "servers"
        self.servers = []

    @staticmethod
    def why_not():
        if os.geteuid() != 0:
            return "it is not run by root"
        found = subprocess.run(["losetup", "-f"], capture_output=True)
        return "" if found.returncode == 0 else "there are no loop devices"

    def run(self, *words):
        env = {**os.environ, "STILLPOINT_SERVERS": str(self.folder)}
        # Not by pipes: what it leaves running would keep them open.
        log = self.folder.with_suffix(".log")
        with open(log, "ab+") as output:
            begun = output.seek(0, os.SEEK_END)
            code = subprocess.run([self.program, *words], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                  env=env).returncode
            output.seek(begun)
            text = output.read().decode(errors="replace")
        if code != 0:
            raise RuntimeError(f"server {' '.join(words)}: {text}")
        return text

    def make(self, count):
        """Their sshds listen on loopback addresses of their own; the pid keeps soaks beside each other apart."""
        self.folder.mkdir()
        port = 20000 + os.getpid() % 20000
        for number in range(count):
            server = Server(self, f"held-{number}", f"127.{80 + number}.{os.getpid() % 250 + 1}.1", port)
            self.servers.append(server)
        return self.servers

    def down(self):
        for server in self.servers:
            self.run("down", server.name)

    def policy_lines(self, server):
        return [f"  ssh: {{user: root, port: {server.port}, keyFile: {self.folder}/id_ed25519, "
                f"knownHostsFile: {self.folder}/known_hosts}}"]

    def write_known_hosts(self):
        known = "".join((self.folder / server.name / "known_hosts").read_text() for server in self.servers)
        (self.folder / "known_hosts").write_text(known)

    def secrets(self):
        """The lines of the private key."""
        lines = (self.folder / "id_ed25519").read_text().splitlines()
        return [line for line in lines if "PRIVATE KEY" not in line and len(line) > 20]
