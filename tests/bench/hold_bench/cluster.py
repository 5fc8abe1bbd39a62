"""Watches a Galera cluster while one of its members is held."""

import threading

import pymysql


class Watch:
    """`with Watch(members, held) as watch: ...`; then how long flow control stopped the others, and how many there were."""

    def __init__(self, members, held):
        self.connections = [pymysql.connect(unix_socket=member.socket(), user="root", autocommit=True) for member in members]
        self.others = [connection for member, connection in zip(members, self.connections) if member is not held]
        self.fewest = len(members)
        self.stop = threading.Event()
        self.failure = None
        self.thread = threading.Thread(target=self._sample)

    @staticmethod
    def _status(connection, name):
        with connection.cursor() as cursor:
            cursor.execute("SHOW GLOBAL STATUS LIKE '%s'" % name)
            return int(cursor.fetchone()[1])

    def _paused(self):
        return [self._status(connection, "wsrep_flow_control_paused_ns") for connection in self.others]

    def _sample(self):
        try:
            while not self.stop.wait(0.2):  # a member that is lost is away for seconds
                for connection in self.connections:
                    self.fewest = min(self.fewest, self._status(connection, "wsrep_cluster_size"))
        except pymysql.err.MySQLError as error:
            self.failure = error

    def __enter__(self):
        self.before = self._paused()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        after = self._paused()
        for connection in self.connections:
            connection.close()
        self.paused_ms = max(b - a for a, b in zip(self.before, after)) / 1e6
        if self.failure:
            raise self.failure
