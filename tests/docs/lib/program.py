"""The program's command tree, from its own help, and what pages say of it."""
import re
import subprocess


class Program:
    def __init__(self, path):
        self.path = path
        self.commands = {}    # ("get", "points") -> its options
        self._learn(())

    def _learn(self, words):
        text = subprocess.run([self.path, *words, "--help"], capture_output=True, text=True, check=True).stdout
        self.commands[words] = set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", text))
        listed = text.partition("\nSubcommands:\n")[2]
        for word in re.findall(r"^  ([a-z][\w-]*)", listed, re.M):
            self._learn((*words, word))

    def options(self):
        return set().union(*self.commands.values())

    def wrong(self, text):
        """What is wrong with code that calls the program; text that does not is right."""
        for call in re.findall(r"(?:^|[\s(|&;])stillpoint((?: [^|;&#)\n]+)+)", " " + text):
            words, command = call.split(), ()
            while words and (*command, re.split(r"[|,]", words[0])[0]) in self.commands:
                command = (*command, re.split(r"[|,]", words.pop(0))[0])
            if not command and words and re.fullmatch(r"[a-z]+", words[0]):
                yield f"there is no command 'stillpoint {words[0]}'"
            below = set().union(*(options for words_of, options in self.commands.items()
                                  if words_of[:len(command)] == command))
            for option in re.findall(r"(?<![\w-])--[a-z][\w-]*", " ".join(words)):
                if option not in below:
                    yield f"'stillpoint {' '.join(command)}' has no option {option}"
