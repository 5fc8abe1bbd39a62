#!/usr/bin/python3
"""Writes each number into a database first, and when that is committed into a file beside it, until it is told to end.

    pairs.py SOCKET FILE

So at every instant the file's number is the database's, or one less: copies of both for which that is not true are of two instants.
"""

import os
import signal
import sys

import pymysql

going = True


def end(*_):
    global going
    going = False


def main(socket, path):
    signal.signal(signal.SIGTERM, end)
    database = pymysql.connect(unix_socket=socket, user="root", autocommit=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_SYNC, 0o600)
    with database.cursor() as cursor:
        cursor.execute("CREATE DATABASE IF NOT EXISTS stillpoint_e2e")
        for table in ("pairs", "pairs_twin"):
            cursor.execute("CREATE OR REPLACE TABLE stillpoint_e2e.%s (number BIGINT PRIMARY KEY) ENGINE=InnoDB" % table)
        number = 0
        while going:
            number += 1
            cursor.execute("BEGIN")
            for table in ("pairs", "pairs_twin"):
                cursor.execute("INSERT INTO stillpoint_e2e.%s VALUES (%d)" % (table, number))
            cursor.execute("COMMIT")
            os.pwrite(file, b"%12d\n" % number, 0)


main(*sys.argv[1:])
