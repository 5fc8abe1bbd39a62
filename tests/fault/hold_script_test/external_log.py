"""A file system on two disks."""

import pathlib

from lab import run


class ExternalLog:
    """An XFS on a disk of its own, whose log is on another."""

    VOLUME, LOG_VOLUME = "b0000001-0000-4000-8000-0123456789ab", "b0000002-0000-4000-8000-0123456789ab"

    def __init__(self, lab):
        self.top, self.mount, self.undo = lab.top, lab.top / "xfs", []

    def disk(self, name, megabytes):
        image = self.top / name
        with open(image, "wb") as file:
            file.truncate(megabytes << 20)
        self.undo.append(image.unlink)
        device = run("losetup", "--find", "--show", image).stdout.strip()
        self.undo.append(lambda: run("losetup", "-d", device))
        return device

    def link(self, volume, device):
        path = pathlib.Path(f"/dev/disk/by-id/virtio-{volume[:20]}")
        path.symlink_to(f"../..{device[4:]}")
        self.undo.append(path.unlink)

    def __enter__(self):
        device, self.log = self.disk("xfs-data", 320), self.disk("xfs-log", 80)
        self.link(self.VOLUME, device)
        run("mkfs.xfs", "-q", "-l", f"logdev={self.log}", device)
        self.mount.mkdir()
        self.undo.append(self.mount.rmdir)
        run("mount", "-o", f"logdev={self.log}", device, self.mount)
        self.undo.append(lambda: run("umount", self.mount))
        return self

    def name_log(self):
        self.link(self.LOG_VOLUME, self.log)

    def __exit__(self, *_):
        for step in reversed(self.undo):
            step()
