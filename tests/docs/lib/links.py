"""Relative links and anchors of Markdown pages."""
import re


def _slug(heading):
    """The anchor of a heading, as GitHub and GitLab make it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def _anchors(text):
    found = []
    for heading in re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M):
        slug = _slug(heading)
        again = sum(1 for other in found if other == slug or re.fullmatch(re.escape(slug) + r"-\d+", other))
        found.append(f"{slug}-{again}" if again else slug)
    return found


def broken(project, name):
    """(line number, what is wrong) each, of the page with this name."""
    page = project / name
    text = page.read_text()
    inside_block = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("```"):
            inside_block = not inside_block
        if inside_block:
            continue
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", line)):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            there = (page.parent / path).resolve() if path else page
            if not there.exists():
                yield number, f"the link {target} leads nowhere"
            elif anchor and anchor not in _anchors(there.read_text()):
                yield number, f"the link {target} leads to no heading of {there.name}"
