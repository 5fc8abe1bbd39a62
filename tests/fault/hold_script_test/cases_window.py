"""Several datasets of one server in one window: each has a helper of its own, and they share the host lock."""

import os
import signal

from bench import EVERY_SHELL, case, dead_man_of
from lab import VOLUMES, Writer, wait_until

WINDOW = "aaaabbbbccccdddd"
FILES = {"driver": "filesystem", "method": "filesystem", "freeze": "yes", "volume": VOLUMES[1]}


def member(b, window=WINDOW, **settings):
    """A helper that has the host lock with the others of its window."""
    helper = b.helper("hold", window=window, **settings)
    helper.until("LOCKED")
    return helper


def make_ready(*helpers):
    for helper in helpers:
        helper.send("PREPARE")
    for helper in helpers:
        helper.until("READY")


def hold(*helpers):
    for helper in helpers:
        helper.send("HOLD")
    for helper in helpers:
        helper.until(rf"HELD {helper.attempt} \d+")


@case(EVERY_SHELL)
def two_datasets_share_a_window(b):
    with Writer() as writer:
        database, files = member(b), member(b, **FILES)
        make_ready(database, files)
        assert not any(b.lab.is_frozen(mount) for mount in b.lab.mounts), "held before all were ready"
        writer.goes_on()
        hold(database, files)
        assert all(b.lab.is_frozen(mount) for mount in b.lab.mounts)
        b.release(files)
        assert b.lab.is_frozen(b.lab.mounts[0]), "one let go of what the other holds"
        assert b.verdict(database) == "VERDICT held"
        b.release(database)
        writer.goes_on()
    for helper in (database, files):
        assert helper.end() == 0
        assert b.verdict(helper).startswith("VERDICT intact "), b.verdict(helper)


@case(EVERY_SHELL)
def nobody_else_is_let_in_beside_a_window(b):
    database = member(b)
    assert "OK" in b.probe("OK", window=WINDOW, **FILES), "of the same window"
    b.probe("REFUSED busy .*", **FILES)
    for other in ({}, {"window": "ddddccccbbbbaaaa"}):
        b.helper("hold", **FILES, **other).until("REFUSED busy .*")
    late = member(b, **FILES)
    for helper in (database, late):
        helper.send(f"ABORT {helper.attempt}")
        helper.until("ABORTED 0")
        assert helper.end() == 0
    other = member(b, window="ddddccccbbbbaaaa", **FILES)
    other.send(f"ABORT {other.attempt}")
    other.until("ABORTED 0")
    assert other.end() == 0


@case()
def a_window_is_not_joined_while_somebody_holds(b):
    helper = b.hold()
    b.helper("hold", window=WINDOW, **FILES).until("REFUSED busy .*")
    b.release(helper)
    assert helper.end() == 0


@case(EVERY_SHELL)
def one_that_is_refused_leaves_the_other_its_hold(b):
    with Writer() as writer:
        database, files = member(b), member(b, **{**FILES, "volume": "7f1c0c0e-1111-4a6b-9a51-0123456789ab"})
        database.send("PREPARE")
        files.send("PREPARE")
        files.until("REFUSED volume-mismatch .*")
        database.until("READY")
        hold(database)
        b.release(database)
        writer.goes_on()
    assert database.end() == 0


@case(EVERY_SHELL)
def a_controller_that_dies_while_all_are_ready_leaves_nothing(b):
    database, files = member(b), member(b, **FILES)
    make_ready(database, files)
    for helper in (database, files):
        helper.process.stdin.close()
        helper.until("ABORTED 0")
        assert b.verdict(helper).startswith("VERDICT broken 0 "), b.verdict(helper)
    b.probe("OK")


@case(EVERY_SHELL)
def all_of_one_killed_is_let_go_of_when_the_other_is_done(b):
    with Writer() as writer:
        database, files = member(b), member(b, **FILES)
        make_ready(database, files)
        hold(database, files)
        for group in (dead_man_of(b, files), files.process.pid):
            os.killpg(group, signal.SIGKILL)
        assert b.lab.is_frozen(b.lab.mounts[1]), "nobody was there to let go"
        b.release(database)
        writer.goes_on()
        # Whoever comes next does it.
        wait_until("the thaw", lambda: b.probe("OK") and not b.lab.is_frozen(b.lab.mounts[1]))
    assert b.verdict(files).startswith("VERDICT broken "), b.verdict(files)

