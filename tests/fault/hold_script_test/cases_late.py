"""Freezes that come late, and no room to write."""

import os
import pathlib
import signal

from bench import EVERY_SHELL, Standing, case, dead_man_of, journal, words_of
from lab import VOLUMES, Writer, alive, run, wait_until


# Like a kernel that waits for writers: a thaw finds nothing frozen, and the freeze comes when the gate is gone.
LATE_FREEZE = """[ "$1" = -u ] && exec {real} "$@"
while [ -e {top}/gate ]; do sleep 0.05; done
exec {real} "$@"
"""


class LateFreeze(Standing):
    def __init__(self, lab):
        self.gate = lab.top / "gate"
        self.gate.write_text("")
        super().__init__(lab, "fsfreeze", LATE_FREEZE)

    def pending(self, b, **changes):
        """A hold whose freeze is under way, and the process that asks for it."""
        helper = b.helper("hold", **changes)
        helper.until("LOCKED")
        helper.send("HOLD")
        helper.until("ARMED")
        freezer = journal(helper, "freezer.1")
        wait_until("the freeze", lambda: freezer.exists() and words_of(freezer))
        return helper, int(words_of(freezer)[0])

    def __exit__(self, *_):
        self.gate.unlink(missing_ok=True)
        super().__exit__()


def is_let_go_late(b, late, helper, freezer):
    assert alive(freezer) and journal(helper, "released-by").exists()
    late.gate.unlink()
    helper.process.stdin.close()  # what reads the controller's lines ends with them
    wait_until("the freeze's end", lambda: not alive(freezer))
    wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)
    assert not b.lab.is_frozen(b.lab.mounts[0]), "a late freeze was left"


@case(EVERY_SHELL)
def a_freeze_after_the_deadline_is_thawed(b):
    with LateFreeze(b.lab) as late, Writer() as writer:
        helper, freezer = late.pending(b, max_hold_ms="1000")
        helper.until("REFUSED internal timed out")  # it is said although the freeze is still under way
        writer.goes_on()
        is_let_go_late(b, late, helper, freezer)


@case(EVERY_SHELL)
def a_freeze_after_the_helper_is_thawed(b):
    with LateFreeze(b.lab) as late, Writer() as writer:
        helper, freezer = late.pending(b)
        keeper = int(pathlib.Path(f"/proc/{freezer}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(helper.process.pid, signal.SIGKILL)
        os.kill(keeper, signal.SIGKILL)  # the dead-man is alone with it
        wait_until("the claim", lambda: journal(helper, "released-by").exists())
        writer.goes_on()
        is_let_go_late(b, late, helper, freezer)
        assert b.verdict(helper).startswith("VERDICT broken"), b.verdict(helper)


@case()
def a_freeze_after_everybody_is_thawed(b):
    with LateFreeze(b.lab) as late:
        helper, freezer = late.pending(b, driver="filesystem", method="filesystem")
        guard = dead_man_of(b, helper)
        os.kill(helper.process.pid, signal.SIGKILL)
        wait_until("the claim", lambda: journal(helper, "released-by").exists())
        os.kill(guard, signal.SIGKILL)
        is_let_go_late(b, late, helper, freezer)


FILL = "dd if=/dev/zero of=/run/filler bs=4k >/dev/null 2>&1\n"


@case(EVERY_SHELL)
def a_full_run_before_the_hold_is_refused(b):
    try:
        with Standing(b.lab, "sync", FILL + 'exec {real} "$@"\n'), Writer() as writer:
            b.hold(held="REFUSED no-space .*")
            writer.goes_on()
    finally:
        pathlib.Path("/run/filler").unlink()


@case(EVERY_SHELL)
def a_freeze_that_cannot_be_journalled_is_not_tried(b):
    log = b.lab.top / "frozen.log"
    log.write_text("")
    text = f'echo "$*" >>{log}\n[ "$1" = -u ] || {FILL}exec {{real}} "$@"\n'
    try:
        with Standing(b.lab, "fsfreeze", text):
            b.hold(held="REFUSED no-space .*", driver="filesystem", method="filesystem", volume=VOLUMES)
        assert log.read_text().count("-f ") == 1, log.read_text()
    finally:
        pathlib.Path("/run/filler").unlink()


@case(EVERY_SHELL)
def a_full_run_does_not_keep_a_release_back(b):
    helper = b.hold()
    run("sh", "-c", FILL, check=False)
    try:
        b.release(helper, r"RELEASED (intact|broken) \d+.*")
        assert not b.lab.is_frozen(b.lab.mounts[0])
        helper.end()
    finally:
        pathlib.Path("/run/filler").unlink()


@case(EVERY_SHELL)
def an_empty_verdict_is_no_verdict(b):
    helper = b.hold()
    journal(helper, "verdict").write_text("")
    b.release(helper, r"RELEASED broken \d+ the verdict could not be written")
    assert helper.released_at - helper.sent_at < 3
    assert helper.end() == 1


@case()
def an_empty_journal_entry_is_not_taken_for_a_thaw(b):
    helper = b.hold()
    journal(helper, "frozen.1").write_text("")
    try:
        b.release(helper, r"RELEASED broken \d+ a filesystem was not frozen any more")
    finally:
        run("fsfreeze", "-u", b.lab.mounts[0])
