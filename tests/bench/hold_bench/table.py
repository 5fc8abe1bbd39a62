"""The figures as Markdown."""

import math


def percentile(values, share):
    """The smallest value that at least `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def three(values):
    return "%.0f / %.0f / %.0f" % (percentile(values, 0.5), percentile(values, 0.95), max(values)) if values else "–"


def of(points, key, what):
    return [point[what] for point in points if point["way"] == key and point[what] is not None]


def hold_table(points, names):
    """Of one propose interval."""
    alone = percentile(of(points, "cloud", "available"), 0.5)
    outage = percentile(of(points, "seed", "stall"), 0.5)
    lines = ["| | n | hold window | POST to `available` of the same | window less that | longest stall of a client | "
             "window / cloud alone | stall / old way's |", "| --- |" + " ---: |" * 7]
    for key, name in names.items():
        mine = [point for point in points if point["way"] == key]
        if not mine:
            continue
        held, stalls = of(mine, key, "held"), of(mine, key, "stall")
        lines.append("| %s | %d | %s | %s | %s | %s | %s | %.2f |" % (
            name, len(mine), three(held), three(of(mine, key, "available")),
            three([point["held"] - point["available"] for point in mine if point["held"] is not None]), three(stalls),
            "%.2f" % (percentile(held, 0.5) / alone) if held else "–", percentile(stalls, 0.5) / outage))
    return lines


def restore_table(restored, names):
    lines = ["| | restored | start and are clean | every row from before, none torn | none from after | at the position of the hold |",
             "| --- |" + " ---: |" * 5]
    for key, name in names.items():
        mine = [one for one in restored if one["way"] == key]
        if mine:
            lines.append("| %s | %d | %s |" % (name, len(mine), " | ".join(
                str(sum(one[what] for one in mine)) for what in ("clean", "whole", "ends_in_time", "at_position"))))
    return lines


def galera_table(points):
    lines = ["| Ceph's interval | points | flow control stopped the others, longest | fewest members seen |", "| ---: | ---: | ---: | ---: |"]
    for interval in sorted({point["interval"] for point in points}):
        mine = [point for point in points if point["interval"] == interval and point["members"] is not None]
        if mine:
            lines.append("| %s s | %d | %.1f ms | %d |" % (interval, len(mine), max(point["paused"] for point in mine),
                                                         min(point["members"] for point in mine)))
    return lines


INTRODUCTION = """All ways take turns at random in one run, each after the same quiet time, while a writer commits pairs of rows. Hold window: \
from before the first statement that can block a writer until all was let go, by the server's own clock (the old way: from the \
stop until the start has ended). Stall: the longest time between two commits of a writer; of the Galera cluster the writer is on another \
member than the one that is held. The machine's load average: median %.1f, at most %.1f."""


def render(points, restored, names):
    loads = [point["load"] for point in points if "load" in point]
    parts = [INTRODUCTION % (percentile(loads, 0.5), max(loads)), ""] if loads else []
    for interval in sorted({point["interval"] for point in points}):
        mine = [point for point in points if point["interval"] == interval]
        if {"cloud", "seed"} <= {point["way"] for point in mine}:
            parts += ["## Ceph's propose interval %s s" % interval, "", "p50 / p95 / maximum, in ms.", "", *hold_table(mine, names), ""]
    if restored:
        parts += ["## Restored points", "", *restore_table(restored, names), ""]
    if len(galera_table(points)) > 2:
        parts += ["## The Galera cluster under load", "", *galera_table(points), ""]
    return "\n".join(parts)
