"""A page of Markdown, as far as its commands go: fenced blocks, and what marks in comments say of them."""
import dataclasses
import re

KINDS = ("console", "sh", "yaml", "text", "js")
MARK = "<!-- docs-test"


@dataclasses.dataclass
class Block:
    kind: str
    lines: list
    first: int            # index of the block's first line in the page's lines
    marks: list           # lines of the comment right before it

    def mark(self, word):
        """What stands behind the word in the marks: a list, as a mark may be there more than once."""
        return [mark[len(word):].strip() for mark in self.marks if mark == word or mark.startswith(word + " ")]

    def commands(self):
        """(command, lines that it prints, index of the first of those in `lines`) each; of `sh` with None printed."""
        found, i = [], 0
        while i < len(self.lines):
            line = self.lines[i]
            if self.kind == "console" and not line.startswith("$ "):
                raise ValueError(f"a console block begins with a command, '$ ...', and not with '{line}'")
            command = line[2:] if self.kind == "console" else line
            i += 1
            while command.endswith("\\"):
                command = command[:-1].rstrip() + " " + self.lines[i].strip()
                i += 1
            begin = i
            while self.kind == "console" and i < len(self.lines) and not self.lines[i].startswith("$ "):
                i += 1
            if command.strip():
                found.append((command, self.lines[begin:i] if self.kind == "console" else None, begin))
        return found


class Page:
    def __init__(self, path, name):
        self.path, self.name = path, name
        self.lines = path.read_text().split("\n")
        self.settings, self.blocks, self.wrong = [], [], []
        self.prose = []       # (line number, text) outside of blocks and comments
        self._read()

    def _read(self):
        marks, i = [], 0
        in_list = False
        while i < len(self.lines):
            line = self.lines[i]
            fence = re.match(r"( *)(```+)(\w*)", line)
            if line.startswith(MARK):
                comment = [line[len(MARK):].lstrip(": ")]
                while "-->" not in comment[-1]:
                    i += 1
                    comment.append(self.lines[i])
                words = [text.replace("-->", "").strip() for text in comment]
                words = [word for word in words if word]
                if not self.blocks and not self.prose:
                    self.settings = words
                else:
                    marks = words
            elif fence:
                begin = i + 1
                i = begin
                while self.lines[i].strip() != fence.group(2):
                    i += 1
                indent = len(fence.group(1))
                self.blocks.append(Block(fence.group(3), [text[indent:] for text in self.lines[begin:i]], begin, marks))
                if fence.group(3) not in KINDS:
                    self.wrong.append((begin, f"a block of the kind '{fence.group(3)}': expected {', '.join(KINDS)}"))
                marks = []
            else:
                if marks and line.strip():
                    self.wrong.append((i + 1, "a mark for the docs' test must stand right before its block"))
                    marks = []
                if line.startswith("    ") and not in_list and not self.lines[i - 1].strip():
                    self.wrong.append((i + 1, "an indented block: make it ```console, ```sh or ```text"))
                if line.strip() and not line.startswith(" "):
                    in_list = bool(re.match(r"([-*]|\d+\.) ", line))
                self.prose.append((i + 1, line))
            i += 1

    def replace(self, block, begin, end, new):
        """Puts other lines in the place of the block's lines begin to end. From the last to the first only."""
        self.lines[block.first + begin:block.first + end] = new

    def write(self):
        self.path.write_text("\n".join(self.lines))
