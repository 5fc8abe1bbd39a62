"""The helper as deploy/server installs it: a real sshd, a real sudo, and a login that may run just that."""

import os
import pathlib
import re
import shutil
import subprocess

from bench import case
from engines import free_ports
from lab import Helper, run, wait_until

DEPLOY = pathlib.Path(__file__).resolve().parents[3] / "deploy/server"
LOGIN = "stillpoint"
HELPER = pathlib.Path("/usr/local/sbin/stillpoint-hold")


class Installed:
    """This machine's namespace with the login, its key, the sudo rule and the helper, and an sshd."""

    def __init__(self, lab):
        self.lab, self.top, self.undo = lab, lab.top / "installed", []

    def _bind(self, path, text, mode=0o644):
        """Another content for a file of this namespace."""
        file = self.top / path.strip("/").replace("/", "-")
        file.write_text(text)
        file.chmod(mode)
        run("mount", "--bind", file, path)
        self.undo.append(path)

    def _cover(self, path):
        run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", path)
        self.undo.append(path)

    def __enter__(self):
        self.top.mkdir()
        home = self.top / "home"
        (home / ".ssh").mkdir(parents=True)
        for name, line in (("passwd", f"{LOGIN}:x:64001:64001::{home}:/bin/sh"), ("group", f"{LOGIN}:x:64001:"),
                           ("shadow", f"{LOGIN}:*:19000::::::")):
            kept = pathlib.Path(f"/etc/{name}").read_text()
            self._bind(f"/etc/{name}", kept + line + "\n", 0o640 if name == "shadow" else 0o644)
        self._cover("/etc/sudoers.d")
        sudoers = pathlib.Path("/etc/sudoers.d/stillpoint")
        shutil.copy(DEPLOY / "sudoers", sudoers)
        sudoers.chmod(0o440)
        run("visudo", "-c", "-f", sudoers)
        self._cover(HELPER.parent)
        shutil.copy(os.environ["STILLPOINT_HOLD"], HELPER)
        HELPER.chmod(0o755)
        for key in ("login", "host"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.top / key)
        public = " ".join((self.top / "login.pub").read_text().split()[:2])
        keys = (DEPLOY / "authorized_keys").read_text()
        (home / ".ssh/authorized_keys").write_text(re.sub(r"ssh-ed25519 \S+", public, keys))
        run("chown", "-R", "64001:64001", home)
        self.port = free_ports(1)[0]
        (self.top / "config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {self.top}/host\nPidFile none\nUsePAM no\n"
            "PasswordAuthentication no\nSubsystem sftp internal-sftp\nStrictModes no\n")
        os.makedirs("/run/sshd", exist_ok=True)
        self.log = open(self.top / "sshd.log", "ab")
        self.sshd = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", str(self.top / "config")], stderr=self.log)
        wait_until("sshd", lambda: b"Server listening" in (self.top / "sshd.log").read_bytes())
        return self

    def ssh(self, *options):
        return ["ssh", "-p", str(self.port), "-i", str(self.top / "login"), "-o", "StrictHostKeyChecking=no", "-o",
                f"UserKnownHostsFile={self.top}/known", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes", *options,
                f"{LOGIN}@127.0.0.1"]

    def __exit__(self, *_):
        self.sshd.terminate()
        self.sshd.wait()
        self.log.close()
        for path in reversed(self.undo):
            run("umount", "--lazy", path)
        shutil.rmtree(self.top)


@case()
def the_installed_helper_holds_for_a_login_that_may_do_nothing_else(b):
    with Installed(b.lab) as installed:
        for command in (f"sudo -n -- {HELPER} probe", "probe"):
            helper = Helper([*installed.ssh()], command)
            b.helpers.append(helper)
            helper.send(*b.request())
            assert helper.line() == "STILLPOINT 1 0.5.0"
            helper.until("OK")
            assert helper.end() == 0
        helper = Helper([*installed.ssh()], f"sudo -n -- {HELPER} hold")
        b.helpers.append(helper)
        helper.attempt = "00112233445566bb"
        helper.send(*b.request(attempt=helper.attempt))
        helper.until("LOCKED")
        helper.send("HOLD")
        helper.until(r"HELD \w+ \d+")
        assert b.lab.is_frozen(b.lab.mounts[0])
        b.release(helper)
        assert helper.end() == 0


@case()
def a_way_around_the_installed_helper_is_not_found(b):
    marker = b.lab.top / "pwned"
    with Installed(b.lab) as installed:
        def tried(command, *options):
            return subprocess.run([*installed.ssh(*options), command], capture_output=True, text=True, timeout=20,
                                  input="touch " + str(marker) + "\n")
        for command in (f"touch {marker}", f"probe; touch {marker}", f"probe $(touch {marker})", f"probe `touch {marker}`",
                        f"probe && sudo touch {marker}", "sh", "bash -i", f"sudo -n sh -c 'touch {marker}'",
                        "sudo -n -- /bin/sh", f"sudo -n -- {HELPER} dead-man 0011223344556677", "dead-man", "", "*", "$0",
                        "scp -t /tmp", "internal-sftp", f"{HELPER} probe'; touch {marker} '"):
            done = tried(command)
            assert done.returncode != 0 or "STILLPOINT" in done.stdout, (command, done)
            assert not marker.exists(), command
        assert tried("probe", "-tt").stdout.find("#") == -1
        forward = free_ports(1)[0]
        done = tried("probe", "-o", "ExitOnForwardFailure=yes", "-R", f"127.0.0.1:{forward}:127.0.0.1:22")
        assert done.returncode != 0, done
        as_login = ["runuser", "-u", LOGIN, "--"]
        for words in (["sudo", "-n", "/bin/sh", "-c", f"touch {marker}"], ["sudo", "-n", str(HELPER), "dead-man", "0" * 16],
                      ["sudo", "-n", str(HELPER), "probe", "x"], ["sudo", "-n", str(HELPER)],
                      ["sudo", "-n", f"STILLPOINT_HOLD={marker}", str(HELPER), "probe"], ["touch", str(HELPER)]):
            done = run(*as_login, *words, check=False, cwd="/")
            assert done.returncode != 0, (words, done)
        assert not marker.exists()


@case()
def the_example_key_is_the_only_thing_to_replace(b):
    lines = [line for line in (DEPLOY / "authorized_keys").read_text().splitlines() if not line.startswith("#")]
    assert len(lines) == 1 and lines[0].startswith("restrict,command="), lines
    assert str(HELPER) in lines[0] and str(HELPER) in (DEPLOY / "sudoers").read_text()
