#!/usr/bin/python3
"""Reads what `writer` recorded.

    stalls.py longest RECORD FROM TO     the longest time without a commit that touches FROM..TO, in ms; one that lasts
                                         until TO counts
    stalls.py before RECORD INSTANT      the last number whose commit was answered before the instant
    stalls.py after RECORD INSTANT       how many commits were answered after it
Instants are seconds of the clock that /proc/uptime shows.
"""
import sys


def commits(path):
    with open(path) as file:
        for line in file:
            fields = line.split()
            if len(fields) == 3 and line.endswith("\n"):  # the last line may be half written
                yield int(fields[0]), float(fields[2])


def longest(path, begin, end):
    longest_gap = 0.0
    previous = None
    for _, at in commits(path):
        if previous is not None and at >= begin and previous <= end:
            longest_gap = max(longest_gap, at - previous)
        previous = at
    if previous is not None and previous < end:
        longest_gap = max(longest_gap, end - previous)
    return "%.0f" % (longest_gap * 1000)


def main(command, path, *instants):
    if command == "longest":
        return longest(path, float(instants[0]), float(instants[1]))
    instant = float(instants[0])
    if command == "before":
        return max([number for number, at in commits(path) if at < instant], default=0)
    return sum(1 for _, at in commits(path) if at > instant)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    print(main(*sys.argv[1:]))
