"""A stand-in for mongod, since Debian has none: what the helper asks of one, as its manual says that it behaves.

    mongod_stand_in.py SOCKET FOLDER

A connection speaks JSON, a document a line, types of BSON as extended JSON. What matters here is true to the manual: an fsync lock is
counted, is the server's and not a connection's, outlives whoever took it, waits for writers, and stops those that come after it; an
unlock waits for a lock that is on its way. Writes go to a file under FOLDER/journal. What a test wants otherwise it says with {standIn: ...}.
"""

import contextlib
import json
import os
import pathlib
import socketserver
import sys
import threading
import time

PRIVILEGED = {"getCmdLineOpts", "serverStatus", "replSetGetStatus", "currentOp", "killOp", "fsync", "fsyncUnlock"}
OPEN = {"hello", "isMaster", "buildInfo", "connectionStatus", "authenticate", "standIn", "ping"}
ROLES = {"primary": 1, "secondary": 2, "recovering": 3}


class CommandFailed(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Mongod:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.state = threading.Condition()
        self.one_fsync_at_a_time = threading.Lock()
        self.process_id = os.urandom(12).hex()
        self.lock_file = open(self.folder / "mongod.lock", "w", encoding="ascii")  # for as long as it lives
        self.lock_count, self.locked, self.writing = 0, False, 0
        self.ops, self.next_op, self.optime = {}, 100, [int(time.time()), 1]
        self.unlocks = 0
        # What a test may change. busy: a transaction has been open for long; stuck: an unseen writer does not end; deaf: to killOp.
        # processId and pid: it is another server.
        self.settings = {"version": "7.0.5", "role": "standalone", "lag": 0, "others": [1, 2], "hidden": False, "engine": "wiredTiger",
                         "dbPath": str(self.folder), "journal": True, "busy": False, "users": {}, "router": False, "stuck": False, "deaf": False,
                         "processId": None, "pid": None}

    # ---- commands; `user` is who has logged in on this connection

    def command(self, document, user):
        name = next(iter(document))
        handler = getattr(self, "do_" + name, None)
        if handler is None:
            raise CommandFailed(59, f"no such command: '{name}'")
        if self.settings["users"] and name not in OPEN:
            account = self.settings["users"].get(user)
            if account is None:
                raise CommandFailed(13, f"command {name} requires authentication")
            if name in PRIVILEGED and not set(self.needs(name)) <= set(account["actions"]):
                raise CommandFailed(13, f"not authorized on admin to execute command {{ {name}: 1 }}")
        return handler(document, user)

    @staticmethod
    def needs(name):
        return {"currentOp": ["inprog"], "killOp": ["killop"], "fsync": ["fsync"], "fsyncUnlock": ["unlock"]}.get(name, ["inprog"])

    def do_standIn(self, document, _):
        with self.state:
            self.settings.update(document["standIn"])
            self.state.notify_all()
            return {"lockCount": self.lock_count, "locked": self.locked, "unlocks": self.unlocks}

    def do_ping(self, *_):
        return {}

    def do_buildInfo(self, *_):
        return {"version": self.settings["version"]}

    def do_hello(self, *_):
        role, answer = self.settings["role"], {"topologyVersion": {"processId": {"$oid": self.settings["processId"] or self.process_id}, "counter": {"$numberLong": "6"}}}
        if self.settings["router"]:
            return {**answer, "isWritablePrimary": True, "msg": "isdbgrid"}
        answer["isWritablePrimary"] = role in ("standalone", "primary")
        answer["secondary"] = role == "secondary"
        if role != "standalone":
            time_, count = self.optime
            answer |= {"setName": "rs0", "hosts": ["a:27017"], "lastWrite": {"opTime": {"ts": {"$timestamp": {"t": time_, "i": count}}, "t": 1}}}
            if self.settings["hidden"]:
                answer["hidden"] = True
        return answer

    def do_isMaster(self, *rest):
        answer = self.do_hello(*rest)
        return {**answer, "ismaster": answer.pop("isWritablePrimary")}

    def do_getCmdLineOpts(self, *_):
        storage = {"dbPath": self.settings["dbPath"]}
        if not self.settings["journal"]:
            storage["journal"] = {"enabled": False}
        return {"argv": ["mongod"], "parsed": {"storage": storage}}

    def do_serverStatus(self, *_):
        return {"storageEngine": {"name": self.settings["engine"], "persistent": True}, "pid": self.settings["pid"] or os.getpid()}

    def do_replSetGetStatus(self, *_):
        role = self.settings["role"]
        if role == "standalone":
            raise CommandFailed(76, "not running with --replSet")
        now = int(time.time()) * 1000
        members = [{"name": f"other{i}", "state": state if role != "primary" else 2, "health": 1 if state else 0, "optimeDate": {"$date": now}}
                   for i, state in enumerate(self.settings["others"])]
        mine = {"name": "me", "self": True, "state": ROLES[role], "health": 1, "optimeDate": {"$date": now - self.settings["lag"]}}
        return {"set": "rs0", "members": [*members, mine]}

    def do_currentOp(self, *_):
        with self.state:
            inprog = [{"type": "op", "active": True, "opid": number, "command": op["command"], "waitingForLock": op["waiting"],
                       "microsecs_running": {"$numberLong": str(int((time.monotonic() - op["since"]) * 1e6))},
                       "locks": {"Global": op["mode"]}} for number, op in self.ops.items()]
            if self.settings["busy"]:
                inprog.append({"type": "idleSession", "active": False, "transaction": {"timeOpenMicros": {"$numberLong": "90000000"}},
                               "locks": {"Global": "w"}, "waitingForLock": False})
            answer = {"inprog": inprog}
            if self.lock_count:
                answer |= {"fsyncLock": True, "info": "use db.fsyncUnlock() to terminate the fsync write/snapshot lock"}
            return answer

    def do_killOp(self, document, _):
        with self.state:
            if document["op"] in self.ops and not self.settings["deaf"]:
                self.ops[document["op"]]["killed"] = True
                self.state.notify_all()
        return {"info": "attempting to kill op"}

    def do_connectionStatus(self, _, user):
        account = self.settings["users"].get(user)
        return {"authInfo": {"authenticatedUsers": [{"user": user, "db": "admin"}] if account else [],
                             "authenticatedUserPrivileges": [{"resource": {"cluster": True}, "actions": account["actions"]}] if account else []}}

    def begin(self, command, mode):
        self.next_op += 1
        self.ops[self.next_op] = {"command": command, "since": time.monotonic(), "waiting": True, "killed": False, "mode": mode}
        return self.next_op

    def do_fsync(self, document, _):
        if not document.get("lock"):
            return {"numFiles": 1}
        with self.one_fsync_at_a_time, self.state:
            number = self.begin(document, "R")
            wait = document.get("fsyncLockAcquisitionTimeoutMillis")
            if wait is not None and tuple(map(int, self.settings["version"].split("."))) < (7, 0, 2):
                del self.ops[number]
                raise CommandFailed(40415, "BSON field 'fsync.fsyncLockAcquisitionTimeoutMillis' is an unknown field.")
            self.lock_count += 1
            try:
                free = lambda: self.ops[number]["killed"] or not (self.writing or self.settings["busy"] or self.settings["stuck"])
                if not self.state.wait_for(free, None if wait is None else wait / 1000) or self.ops[number]["killed"]:
                    self.lock_count -= 1
                    self.state.notify_all()
                    killed = self.ops[number]["killed"]
                    raise CommandFailed(11601 if killed else 24, "operation was interrupted" if killed else "Fsync lock timed out")
                self.locked = True
            finally:
                del self.ops[number]
            return {"info": "now locked against writes, use db.fsyncUnlock() to unlock", "lockCount": {"$numberLong": str(self.lock_count)}}

    def do_fsyncUnlock(self, *_):
        with self.one_fsync_at_a_time, self.state:
            if not self.lock_count:
                raise CommandFailed(20, "fsyncUnlock called when not locked")
            self.lock_count -= 1
            self.unlocks += 1
            self.locked = self.lock_count > 0
            self.state.notify_all()
            return {"info": "fsyncUnlock completed", "lockCount": {"$numberLong": str(self.lock_count)}}

    def do_insert(self, document, _):
        with self.state:
            number = self.begin({"insert": document["insert"]}, "w")
            self.state.wait_for(lambda: not self.lock_count)  # also behind a lock that still waits
            self.ops[number]["waiting"] = False
            self.writing += 1
        try:
            with open(self.folder / "journal" / "log", "a", encoding="utf-8") as file:
                file.write("row\n")
                file.flush()
                os.fsync(file.fileno())
        finally:
            with self.state:
                self.writing -= 1
                del self.ops[number]
                self.optime[1] += 1
                self.state.notify_all()
        return {"n": 1}


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # a client was killed; what it has done stays done
            self.serve()

    def serve(self):
        user = None
        for line in self.rfile:
            document = json.loads(line)
            try:
                if "authenticate" in document:
                    account = MONGOD.settings["users"].get(document["authenticate"])
                    if account is None or account["password"] != document["password"]:
                        raise CommandFailed(18, "Authentication failed.")
                    user, answer = document["authenticate"], {}
                else:
                    answer = MONGOD.command(document, user)
                answer = {**answer, "ok": 1}
            except CommandFailed as error:
                answer = {"ok": 0, "errmsg": str(error), "code": error.code}
            self.wfile.write(json.dumps(answer).encode() + b"\n")


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


if __name__ == "__main__":
    MONGOD = Mongod(sys.argv[2])
    pathlib.Path(sys.argv[1]).unlink(missing_ok=True)
    Server(sys.argv[1], Connection).serve_forever()
