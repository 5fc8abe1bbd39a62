"""Restores points: a volume from the snapshot, a database started on it, and the rows that it must and must not hold."""

import dataclasses

from rig import E2E, PREFIX, Failure, cloud_api, run


@dataclasses.dataclass
class Restored:
    way: str
    clean: bool  # it started, and the database's own check found nothing
    whole: bool  # every row that was committed before the hold, no gap, and no part of a transaction
    ends_in_time: bool  # no row that was begun after the release
    at_position: bool  # it ends where the hold says that the database stood; true if that says nothing
    said: str


def fields(line):
    return dict(word.partition("=")[::2] for word in line.split())


def judge(made, said):
    found = fields(said)
    last = int(found["max"])
    position = found["seqno"] or found["gtid"]
    return Restored(
        made.way, found["check"] == "ok",
        last >= made.must_have and found["gaps"] == "0" and found["torn"] == "0",
        made.must_not_have is None or last < made.must_not_have,
        not made.position or position == made.position,
        "%s; must have %d, must not have %s, position %s" % (said, made.must_have, made.must_not_have, made.position))


def restore(rig, way, made):
    """By way of a file: what reads it from Ceph has closed the volume then, so that it can be deleted, and the snapshot after it."""
    cloud = cloud_api.Cloud()
    volume = cloud_api.create_volume(cloud, PREFIX + "restored", made.snapshot)
    file = rig.work / volume
    run("rbd", "-c", rig.state / "ceph/ceph.conf", "--no-progress", "export", "volumes/volume-" + volume, file)
    cloud.volume("DELETE", "/volumes/" + volume)
    cloud_api.await_status(cloud, "volume", volume, "gone")
    try:
        return judge(made, run(E2E / "check-restore", file, "--engine", way.engine))
    except Failure as failure:
        return Restored(made.way, False, False, False, False, str(failure))
    finally:
        file.unlink()
