"""Holds that go as they should, and what they cost."""

from bench import EVERY_SHELL, case
from lab import VOLUMES, Writer


@case(EVERY_SHELL)
def backup_stage_with_freeze(b):
    with Writer() as writer:
        helper = b.hold()
        assert any(line.startswith("POSITION gtid 0-1-") for line in helper.lines), helper.lines
        assert any(line.startswith("POSITION binlog-pos ") for line in helper.lines), helper.lines
        assert b.verdict(helper) == "VERDICT held"
        assert b.lab.is_frozen(b.lab.mounts[0])
        b.release(helper)
        assert writer.between(helper.held_at, helper.sent_at) == 0, "rows were committed during the hold"
        writer.goes_on()
    assert helper.end() == 0
    assert b.verdict(helper) == "VERDICT " + helper.lines[-1].removeprefix("RELEASED ")


@case(EVERY_SHELL)
def backup_stage_without_freeze(b):
    with Writer() as writer:
        helper = b.hold(freeze="no")
        assert not b.lab.is_frozen(b.lab.mounts[0])
        b.release(helper)
        assert writer.between(helper.held_at, helper.sent_at) == 0, "rows were committed during the hold"
        writer.goes_on()
    assert helper.end() == 0


@case()
def two_volumes_are_frozen_together(b):
    away = b.lab.mounts[1] / "away"
    away.mkdir()
    link = b.lab.data / "elsewhere"
    link.symlink_to(away)
    try:
        helper = b.hold(volume=VOLUMES)
        assert all(b.lab.is_frozen(mount) for mount in b.lab.mounts)
        b.release(helper)
    finally:
        link.unlink()
        away.rmdir()


@case(EVERY_SHELL)
def filesystem_alone(b):
    with Writer() as writer:
        helper = b.hold(driver="filesystem", method="filesystem")
        assert b.lab.is_frozen(b.lab.mounts[0])
        b.release(helper)
        writer.goes_on()
    assert helper.end() == 0


@case()
def none_takes_the_host_lock_only(b):
    helper = b.hold(driver="none", method="none", volume=None)
    other = b.helper("hold")
    other.until(f"REFUSED busy .*{helper.attempt}")
    assert f"FACT host-lock held-by {helper.attempt}" in b.probe("REFUSED busy .*")
    b.release(helper)
    assert helper.end() == 0


@case()
def giving_back_before_the_hold(b):
    helper = b.helper("hold")
    helper.until("LOCKED")
    helper.send(f"ABORT {helper.attempt}")
    helper.until("ABORTED 0")
    assert helper.end() == 0
    helper = b.helper("hold")
    helper.until("LOCKED")
    helper.process.stdin.close()
    helper.until("ABORTED 0")
    assert b.verdict(helper) == "VERDICT unknown"
    assert b.probe("OK")


@case(EVERY_SHELL)
def an_abort_lets_go(b):
    with Writer() as writer:
        helper = b.hold()
        helper.send(f"ABORT {helper.attempt}")
        helper.until(r"ABORTED \d+", 3)
        writer.goes_on()
    assert helper.end() == 0
    assert b.verdict(helper).startswith("VERDICT broken "), b.verdict(helper)


@case(EVERY_SHELL)
def the_end_of_input_is_an_abort(b):
    helper = b.hold()
    helper.process.stdin.close()
    helper.until(r"ABORTED \d+", 3)


@case()
def a_stray_line_is_an_abort(b):
    helper = b.hold()
    helper.send("RELEASE 0123456789abcdef")
    helper.until(r"ABORTED \d+", 3)


@case()
def the_hold_s_own_cost(b):
    costs = []
    for _ in range(7):
        helper = b.hold()
        lock = helper.held_at - helper.armed_at
        b.release(helper)
        costs.append((int(helper.lines[-2].split()[-1]), lock * 1000, (helper.released_at - helper.sent_at) * 1000))
        helper.end()
    for name, values in zip(("counted at HELD", "ARMED to HELD", "RELEASE to RELEASED"), zip(*costs)):
        print(f"#   {name}: median {sorted(values)[len(values) // 2]:.0f} ms, worst {max(values):.0f} ms")
    assert sorted(c[0] + c[2] for c in costs)[0] < 1000
