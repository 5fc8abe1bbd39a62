"""One cell of the matrix: a pass that is stopped at a step, a fault, and what must be true afterwards."""

import dataclasses
import re
import time

from place import MAX_HOLD, wait_until

NOT_THERE = "–"
NOT_HELD, LET_GO, PROVEN = "not held", "let go", "proven"

# Where the hold is over in time, its proof may still stand: the fault hit somebody who was not needed any more.
PROOF_MAY_STAND = {
    "dead-man killed": "",
    "controller killed": "release|unlock|label|second phase",
    "sshd's session killed": "release|unlock|label|second phase",
    "helper killed": "label|second phase",
    "database client killed": "label",
    "database killed": "label|second phase|stop of a service",
    "network drops everything": "probe|host lock|release|unlock|label|second phase",  # it comes back, and nothing was held meanwhile
    "disk full": "",
    "snapshot stays creating": "none",
}


@dataclasses.dataclass
class Cell:
    step: str
    fault: str
    outcome: str
    policy: str
    took: float = 0.0  # s of the hold, by the server's clock
    wrong: str = ""  # what was not as promised


def verdict_of(attempt):
    """(kind, seconds, reason) as the server remembers it."""
    try:
        kind, milliseconds, *reason = (attempt / "verdict").read_text().split()
    except (OSError, ValueError):
        return None, 0.0, ""
    return kind, int(milliseconds) / 1000, " ".join(reason)


def begun_at(attempt):
    try:
        return int((attempt / "begun").read_text()) / 100
    except (OSError, ValueError):
        return None


class Matrix:
    def __init__(self, site):
        self.site, self.cells = site, []
        self.said = {}  # by the last pass of each policy

    def run(self, step, fault):
        site = self.site
        name = re.sub(r"[^a-z]+", "-", ("%s %s" % (step.name, fault.name)).lower()).strip("-")[:60].strip("-")
        site.policy, self.known, self.attempt = name, set(site.attempts()), None
        path = site.write_policy(name, step.method)
        cell = Cell(step.name, fault.name, NOT_THERE, name)
        site.cloud.cut_delay(step.max_cut_ms)
        if not fault.prepare(site, step):
            return cell
        step.arm(site)
        controller = site.stillpoint("reconcile", "-f", path)
        try:
            self._go(cell, step, fault, controller)
        except AssertionError as error:
            cell.wrong = str(error)
        finally:
            fault.heal(site)
            step.disarm(site)
            wait_until("the snapshots", lambda: all(one["status"] != "creating" for one in site.cloud.snapshots(name)))
            try:
                said = controller.communicate(timeout=150)[0]
            except Exception:
                controller.kill()
                raise
        if cell.outcome != NOT_THERE:
            self._judge(cell, fault, controller.returncode, said)
        if cell.outcome != NOT_THERE or cell.wrong:
            self.cells.append(cell)
        return cell

    def _attempt(self):
        new = [path for name, path in self.site.attempts().items() if name not in self.known]
        return new[0] if new else None

    def _go(self, cell, step, fault, controller):
        site = self.site
        wait_until("the step " + step.name, lambda: step.reached(site, self._attempt()) or controller.poll() is not None, 60)
        assert controller.poll() is None, "the pass ended before the step: " + controller.communicate()[0]
        self.attempt = self._attempt()
        hit = fault.strike(site, self.attempt, controller)
        struck = time.monotonic()
        step.open(site)
        if not hit:
            controller.wait(60)
            return
        cell.outcome = NOT_HELD
        if fault.lasts:
            time.sleep(max(0.0, struck + fault.lasts - time.monotonic()))
            fault.heal(site)
        # The database goes on: at once, or when it was let go; one that was killed has to start first.
        site.load.await_commit_after(struck, 90)
        controller.wait(120)
        wait_until("the helper's processes to end", lambda: not any(site.helpers()), 60)
        site.load.await_commit_after(time.monotonic(), 60)

    def _judge(self, cell, fault, status, said):
        """What was promised, and the word for what happened."""
        attempt, wrong = self.attempt or self._attempt(), [cell.wrong] if cell.wrong else []
        kind, cell.took, reason = verdict_of(attempt) if attempt else (None, 0.0, "")
        begun = begun_at(attempt) if attempt else None
        if begun is not None:
            cell.outcome = PROVEN if kind == "intact" else LET_GO
            if kind is None and fault.name != "disk full":  # which leaves no room for one
                wrong.append("there is no verdict")
            if cell.took > MAX_HOLD + 1:
                wrong.append("let go after %.2f s" % cell.took)
            if not cell.wrong and fault.name != "database killed" and "service" not in cell.step:
                stalled = self.site.load.longest_stall(begun, begun + MAX_HOLD + 1.5)
                if stalled > MAX_HOLD + 1:
                    wrong.append("writers waited for %.2f s" % stalled)
        if cell.outcome == PROVEN and not re.search(PROOF_MAY_STAND[fault.name], cell.step):
            wrong.append("a hold that was broken counts as proven")
        labelled = [one for one in self.site.cloud.snapshots(cell.policy) if one["metadata"].get("stillpoint.consistency") == "application"]
        if labelled and kind != "intact":
            wrong.append("a snapshot is called consistent, and the server says %s %s" % (kind, reason))
        if status == 0 and not labelled:
            wrong.append("the pass claims success: " + said)
        cell.wrong = "; ".join(wrong)

    # ---- the next pass converges

    def converge(self):
        """Every cell's policy: one proven point of its slot, and nothing else left. What is left over may be swept only a minute
        after its hold's end."""
        waiting = [cell for cell in self.cells if not self._settled(cell)]
        end = time.monotonic() + 240
        while waiting and time.monotonic() < end:
            waiting = [cell for cell in waiting if not self._settled(cell)]
        for cell in waiting:
            cell.wrong = "; ".join(filter(None, [cell.wrong, "it does not converge: " + self.said[cell.policy]]))

    def _settled(self, cell):
        path = self.site.work / (cell.policy + ".yaml")
        controller = self.site.stillpoint("reconcile", "-f", path)
        self.said[cell.policy] = controller.communicate(timeout=150)[0]
        if controller.returncode != 0:
            return False
        left = self.site.cloud.snapshots(cell.policy)
        controller = self.site.stillpoint("diff", "-f", path)
        self.said[cell.policy] = "%d snapshots are left; %s" % (len(left), controller.communicate(timeout=60)[0])
        return controller.returncode == 0 and len(left) == 1 and left[0]["metadata"]["stillpoint.consistency"] == "application"
