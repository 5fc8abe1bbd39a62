"""Earlier attempts at a point."""

import os
import signal
import time

from bench import EVERY_SHELL, case, dead_man_of, journal
from lab import run, wait_until


def age(helper, seconds):
    """Lets a hold that is over have ended some time earlier."""
    begun = journal(helper, "begun")
    begun.write_text(f"{int(begun.read_text()) - seconds * 100}\n")


@case(EVERY_SHELL)
def holds_for_a_point_are_counted(b):
    point, aborted = "00112233445566aa", []
    for number, pause in enumerate((10, 60), 1):
        helper = b.hold(point=point)
        helper.send(f"ABORT {helper.attempt}")
        helper.until(r"ABORTED \d+")
        helper.end()
        wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)
        age(helper, -100)  # ended in the future, so that a slow machine does not outwait the pause
        refused = b.hold(point=point, held=r"REFUSED busy it was held for this point just now; the next hold may begin in \d+ s")
        assert pause < int(refused.lines[-1].split()[-2]) <= pause + 100, refused.lines
        wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)
        assert f"FACT earlier-holds {number}" in b.probe("REFUSED busy .*", point=point)
        b.probe("OK", point="ffffffffffffffff")
        b.probe("OK")
        age(helper, 100)
        aborted.append(helper)
        for earlier in aborted:
            age(earlier, pause + 1)
    helper = b.hold(point=point)
    b.release(helper)  # an intact one counts, too: it left no point, or nobody would ask again
    helper.end()
    wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)
    b.probe("REFUSED attempts it was held 3 times for this point, and that has none; it is given up", point=point)


@case()
def a_failure_that_held_nothing_is_free(b):
    point = "00112233445566aa"
    helper = b.helper("hold", point=point)
    helper.until("LOCKED")
    helper.send(f"ABORT {helper.attempt}")
    helper.until(r"ABORTED \d+")
    helper.end()
    b.hold(point=point, volume="7f1c0c0e-1111-4a6b-9a51-0123456789ab", held="REFUSED volume-mismatch .*").end()
    assert "FACT earlier-holds 0" in b.probe("OK", point=point)


@case()
def a_hold_whose_processes_were_all_killed_counts(b):
    helper = b.hold(point="00112233445566aa", freeze="no")
    for pid in (dead_man_of(b, helper), helper.process.pid):
        os.kill(pid, signal.SIGKILL)
    b.lab.recover()
    assert not journal(helper, "verdict").exists()
    b.probe("REFUSED busy it was held for this point just now.*", point="00112233445566aa")


@case()
def old_verdicts_are_removed(b):
    old, new = b.hold(), None
    b.release(old)
    old.end()
    wait_until("the helper's processes to end", lambda: not b.lab.processes(), 15)
    days_ago = time.time() - 3 * 86400
    os.utime(journal(old, ""), (days_ago, days_ago))
    os.makedirs("/run/stillpoint/bin", exist_ok=True)
    os.utime("/run/stillpoint/bin", (days_ago, days_ago))
    new = b.hold()
    b.release(new)
    assert b.verdict(old) == "VERDICT unknown"
    assert b.verdict(new).startswith("VERDICT intact")
    assert os.path.isdir("/run/stillpoint/bin")
