"""Compares what a page shows with what was printed. README.md beside the test says what may differ."""
import datetime
import re

INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# In this order. An id is the same id wherever a page shows it; an instant is at most LATER after the shown one, or before.
VARIES = {
    "uuid": UUID,
    "instant": INSTANT,
    "id": r"\b(?:[0-9a-f]{32}|[0-9a-f]{16})\b",
    "milliseconds": r"\b\d+ ?ms\b",
    "seconds": r"\b\d+\.\d+ ?s\b",
    "address": r"\b127\.0\.0\.1:\d+\b",
    "version": r"\b\d+\.\d+\.\d+\b",
    "gtid": r"\b\d+-\d+-\d+\b",
    "binlog": r"\b[\w-]+bin\.\d{6}(?: ?/? ?\d+)?\b",
}
LATER = datetime.timedelta(seconds=90)
ANY = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in VARIES.items()))


def _instant(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def _pattern(line):
    """-> a pattern of the shown line, and (kind, shown text) of each of its groups."""
    open_end = line.endswith(" ...")
    if open_end:
        line = line[:-4]
    pattern, groups, at = "", [], 0

    def literal(text):
        return r"\s+".join(re.escape(part) for part in re.split(r"\s+", text))

    indent = len(line) - len(line.lstrip())
    pattern, at = re.escape(line[:indent]), indent
    for found in ANY.finditer(line, indent):
        pattern += literal(line[at:found.start()]) + f"({VARIES[found.lastgroup]})"
        groups.append((found.lastgroup, found.group()))
        at = found.end()
    return pattern + literal(line[at:]) + (r"\b.*" if open_end else r"\s*"), groups


def _line(shown, printed, names):
    """-> the names with those of this line, or None if it is another line."""
    pattern, groups = _pattern(shown.rstrip())
    found = re.fullmatch(pattern, printed)
    if not found:
        return None
    names = dict(names)
    for (kind, text), real in zip(groups, found.groups()):
        if kind in ("uuid", "id"):
            if names.setdefault(text, real) != real or list(names.values()).count(real) > 1:
                return None
        elif kind == "instant" and abs(_instant(text) - _instant(real)) > LATER:
            return None
    return names


def same(shown, printed, names):
    """-> the names (shown id -> real id) with those that these lines add, or None if the lines are not the same."""
    if not shown:
        return names if not printed else None
    if shown[0].strip() == "...":
        return next((result for skip in range(len(printed) + 1)
                     if (result := same(shown[1:], printed[skip:], names)) is not None), None)
    if not printed:
        return None
    names = _line(shown[0], printed[0], names)
    return None if names is None else same(shown[1:], printed[1:], names)
