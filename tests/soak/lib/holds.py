"""What the servers' own records say of holds."""
import dataclasses


@dataclasses.dataclass
class Hold:
    server: str
    attempt: str
    begun_ms: int
    held_ms: int = 0  # when the program said that it holds
    verified_ms: int = 0  # when it was asked whether it held until now, if the answer was yes
    asked_to_release_ms: int = 0  # the first time
    released_ms: int = 0
    may_be_late: bool = False  # the program was made to fail its release

    def covers(self, ms):
        return self.held_ms and self.held_ms <= ms and (not self.asked_to_release_ms or ms <= self.asked_to_release_ms)


class Holds:
    def __init__(self, servers):
        self.servers = servers
        self.by_attempt = {}
        self.open = {}  # server -> Hold
        self.all = []
        self.failing_release = set()  # servers whose next release was made to fail

    def read(self):
        for server in self.servers:
            for line in server.new_lines():
                at, step, word, attempt, code = self.split(line)
                self.take(server.name, at, step, word, attempt, code)

    @staticmethod
    def split(line):
        step, word, *rest = line.split()
        attempt = rest[0] if len(rest) == 3 else ""  # `check` may have none
        return int(rest[-2]), step, word, attempt, rest[-1]

    def take(self, server, at, step, word, attempt, code):
        hold = self.by_attempt.get(attempt)
        if word == "hold" and step == "begin":
            hold = Hold(server, attempt, at)
            self.by_attempt[attempt] = self.open[server] = hold
            self.all.append(hold)
        elif hold is None:
            return  # a `check`, or the release of a hold that never began
        elif word == "hold" and code == "0":
            hold.held_ms = at
        elif word == "verify" and step == "begin":
            hold.verified_ms = at
        elif word == "verify" and code != "0":
            hold.verified_ms = 0
        elif word == "release" and step == "begin":
            hold.asked_to_release_ms = hold.asked_to_release_ms or at
        elif word == "release" and code == "0":
            hold.released_ms = hold.released_ms or at
            if self.open.get(server) is hold:
                del self.open[server]
        elif word == "release":
            hold.may_be_late = True
