#!/usr/bin/python3
"""measured.py FILE TITLE: lines `LABEL WHAT MILLISECONDS` as a table of medians, with ratios to the cloud's own time."""
import collections
import statistics
import sys

values = collections.defaultdict(list)
with open(sys.argv[1]) as file:
    for line in file:
        label, what, number = line.split()
        values[label, what].append(float(number))

own = statistics.median(values["cloud", "available"])
print("## %s\n" % sys.argv[2])
print("| what | n | median ms | longest ms | median / cloud's own |")
print("| --- | ---: | ---: | ---: | ---: |")
names = {"available": "POST to available, nothing held", "held": "hold window", "stall": "writer's longest stall"}
for (label, what), numbers in values.items():
    median = statistics.median(numbers)
    print("| %s: %s | %d | %.0f | %.0f | %.2f |" % (label, names[what], len(numbers), median, max(numbers), median / own))
print()
