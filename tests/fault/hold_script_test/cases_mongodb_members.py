"""Members of a replica set of MongoDB, by the stand-ins."""

import os
import signal

from bench import EVERY_SHELL, case, dead_man_of, journal
from cases_mongodb import JOURNAL, LOCK, MEMBER, settled
from engines import Mongo
from lab import wait_until


@case()
def members_of_a_replica_set_are_looked_at(b):
    with Mongo(b.lab, role="secondary", hidden=True) as mongo:
        b.probe("REFUSED cluster .*", **LOCK)
        assert "FACT role secondary" in b.probe("OK", **LOCK, **MEMBER)
        b.probe("REFUSED writer .*", writer="yes", **LOCK, **MEMBER)
        mongo.set(others=[1, 0])
        b.probe("REFUSED cluster 2 members are healthy, 3 are wanted", **LOCK, **MEMBER)
        mongo.set(others=[2, 2])
        b.probe("REFUSED cluster no primary is seen.*", **LOCK, **MEMBER)
        mongo.set(others=[1, 2], lag=11000)
        b.probe(r"REFUSED cluster this member is \d+ ms behind its primary; 10000 are allowed", **LOCK, **MEMBER)
        b.probe("REFUSED cluster .*", **JOURNAL, **MEMBER)
        b.probe("OK", max_lag_ms="60000", **LOCK, **MEMBER)
        mongo.set(lag=0, role="recovering")
        b.probe("REFUSED cluster .*neither.*", **LOCK, **MEMBER)
        mongo.set(role="primary", others=[2, 2])
        b.probe("REFUSED writer .*", **LOCK, **MEMBER)
        b.probe("OK", allow_writer="yes", **LOCK, **MEMBER)
        mongo.set(role="standalone")
        b.probe("REFUSED cluster .*minHealthyMembers: 1", **LOCK, **MEMBER)


@case(EVERY_SHELL)
def a_member_catches_up_before_it_is_over(b):
    with Mongo(b.lab, role="secondary") as mongo:
        helper = b.hold(**LOCK, **MEMBER, start_timeout_ms="20000")
        mongo.set(lag=60000)
        b.release(helper)
        assert mongo.lock_count() == 0
        b.helper("hold", driver="none", method="none", volume=None).until("REFUSED busy .*")
        mongo.set(lag=0)
        helper.until(r"SERVICE up \d+")
        assert helper.end() == 0
        settled(b, mongo, 1)


@case(EVERY_SHELL)
def a_member_catches_up_without_the_dead_man(b):
    with Mongo(b.lab, role="secondary") as mongo:
        helper = b.hold(**LOCK, **MEMBER)
        guard = dead_man_of(b, helper)
        mongo.set(lag=60000)
        b.release(helper)
        os.kill(guard, signal.SIGKILL)
        mongo.set(lag=0)
        helper.until(r"SERVICE up \d+")
        settled(b, mongo, 1)


@case(EVERY_SHELL)
def a_member_catches_up_beside_a_dead_man_that_does_not_move(b):
    with Mongo(b.lab, role="secondary") as mongo:
        helper = b.hold(**LOCK, **MEMBER, start_timeout_ms="1000")
        guard = dead_man_of(b, helper)
        mongo.set(lag=60000)
        os.kill(guard, signal.SIGSTOP)
        b.release(helper)
        helper.until("SERVICE down nothing is known of it")
        helper.end()
        mongo.set(lag=0)
        wait_until("somebody to see that it is back", lambda: not journal(helper, "member").exists())
        os.kill(guard, signal.SIGCONT)
        settled(b, mongo, 1)
