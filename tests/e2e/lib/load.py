"""A writer of rows beside what is tested, and what it has noted."""

import pathlib
import signal
import subprocess
import time

PYTHON = "/usr/bin/python3"  # Debian's, which has pymysql; another may come first in PATH
WRITER = pathlib.Path(__file__).resolve().parents[1] / "writer"


class Load:
    """A writer that commits pairs of rows while it is let run, and what it has noted."""

    def __init__(self, socket, record, pause=2, engine="mariadb"):
        self.record = record
        self.process = subprocess.Popen(
            [PYTHON, str(WRITER), "--socket", socket, "--engine", engine, "--record", str(record), "--pause", str(pause)],
            stdout=subprocess.DEVNULL, start_new_session=True)
        self.commits, self.read_to = [], 0  # (number, begin, end)

    def goes(self):
        self.process.send_signal(signal.SIGCONT)

    def rest(self):
        self.process.send_signal(signal.SIGSTOP)

    def read(self):
        with open(self.record) as file:
            file.seek(self.read_to)
            text = file.read()
        whole = text[:text.rfind("\n") + 1]
        self.read_to += len(whole)
        for line in whole.splitlines():
            number, begin, end = line.split()
            self.commits.append((int(number), float(begin), float(end)))
        return self.commits

    def await_commit_after(self, instant, seconds=90):
        give_up = time.monotonic() + seconds
        while not (self.record.exists() and self.read() and self.commits[-1][2] > instant):
            if time.monotonic() > give_up or self.process.poll() is not None:
                raise AssertionError("no row is committed any more: %s" % self.record)
            time.sleep(0.02)

    def first_answered_after(self, instant):
        return min((end for _, _, end in self.read() if end > instant), default=None)

    def longest_stall(self, begin, end):
        """The longest time between two commits that touches begin..end, in s."""
        longest, previous = 0.0, None
        for _, _, at in self.read():
            if previous is not None and at >= begin and previous <= end:
                longest = max(longest, at - previous)
            previous = at
        return longest

    def last_answered_before(self, instant):
        return max((number for number, _, end in self.read() if end < instant), default=0)

    def first_begun_after(self, instant):
        return min((number for number, begin, _ in self.read() if begin > instant), default=None)

    def end(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
