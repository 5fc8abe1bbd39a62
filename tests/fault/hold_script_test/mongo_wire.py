"""Lets a real mongosh talk to the stand-in for mongod: MongoDB's wire protocol on one side, the stand-in's JSON on the other.

    mongo_wire.py SOCKET PORT

Needs python3-bson. Only what a shell says in passing is answered here; the rest is the stand-in's.
"""

import datetime
import json
import socket
import socketserver
import struct
import sys

import bson

OP_QUERY, OP_REPLY, OP_MSG = 2004, 1, 2013
IN_PASSING = {"endSessions", "aggregate", "atlasVersion", "hostInfo"}
LIMITS = {"maxWireVersion": 21, "minWireVersion": 0, "maxBsonObjectSize": 1 << 24, "maxMessageSizeBytes": 48000000,
          "maxWriteBatchSize": 100000, "readOnly": False, "helloOk": True}


def to_json(value):
    if isinstance(value, dict):
        return {key: to_json(one) for key, one in value.items() if not key.startswith("$")}
    if isinstance(value, list):
        return [to_json(one) for one in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def to_bson(value):
    if isinstance(value, list):
        return [to_bson(one) for one in value]
    if not isinstance(value, dict):
        return value
    kinds = {"$oid": bson.ObjectId, "$numberLong": lambda text: bson.Int64(int(text)),
             "$date": lambda milliseconds: datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=milliseconds),
             "$timestamp": lambda stamp: bson.Timestamp(stamp["t"], stamp["i"])}
    for kind, make in kinds.items():
        if kind in value:
            return make(value[kind])
    return {key: to_bson(one) for key, one in value.items()}


class Shell(socketserver.StreamRequestHandler):
    def handle(self):
        with socket.socket(socket.AF_UNIX) as back:
            back.connect(sys.argv[1])
            self.back = back.makefile("rwb")
            while len(head := self.rfile.read(16)) == 16:
                length, request, _, kind = struct.unpack("<4i", head)
                body = self.rfile.read(length - 16)
                answer = bson.encode(self.answer(self.document(kind, body)))
                body = struct.pack("<iqii", 8, 0, 0, 1) + answer if kind == OP_QUERY else struct.pack("<iB", 0, 0) + answer
                self.wfile.write(struct.pack("<4i", 16 + len(body), 0, request, OP_REPLY if kind == OP_QUERY else OP_MSG) + body)

    @staticmethod
    def document(kind, body):
        """What is asked: after the flags and the name of the collection in the old kind, the first section of the new."""
        start = body.index(b"\0", 4) + 9 if kind == OP_QUERY else 5
        return bson.decode(body[start:start + struct.unpack_from("<i", body, start)[0]])

    def answer(self, document):
        name = next(iter(document))
        if name in IN_PASSING:
            return {"ok": 1}
        if name in ("hello", "ismaster", "isMaster"):
            return {**self.ask({"hello" if name == "hello" else "isMaster": 1}), **LIMITS, "setVersion": 1}
        return self.ask(to_json({key: value for key, value in document.items() if key != "lsid"}))

    def ask(self, document):
        self.back.write(json.dumps(document).encode() + b"\n")
        self.back.flush()
        line = self.back.readline()
        if not line:
            raise ConnectionResetError("the stand-in has ended")
        return to_bson(json.loads(line))


class Wire(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        """A connection that breaks is what the tests are about."""


if __name__ == "__main__":
    Wire(("127.0.0.1", int(sys.argv[2])), Shell).serve_forever()
