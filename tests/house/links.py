"""Links and commands in Markdown."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

_FENCE = re.compile(
    r"^(?P<fence>```+)(?P<language>\w*)[^\n]*\n(?P<body>.*?)^(?P=fence)\s*$", re.M | re.S
)
_LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.M)
_SHELL = ("sh", "bash", "console", "shell")


def prose(markdown: str) -> str:
    """The text without fenced and inline code."""
    return re.sub(r"`[^`\n]*`", "", _FENCE.sub("", markdown))


def anchors(markdown: str) -> set[str]:
    """The names a heading can be linked by, as GitHub makes them."""
    found: set[str] = set()
    for heading in _HEADING.findall(_FENCE.sub("", markdown)):
        plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


def broken_links(document: Path) -> list[str]:
    """Relative links that lead nowhere."""
    markdown = document.read_text("utf-8")
    broken = []
    for target in _LINK.findall(prose(markdown)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (document.parent / path).resolve() if path else document
        if not linked.exists() or (
            anchor and linked.suffix == ".md" and anchor not in anchors(linked.read_text("utf-8"))
        ):
            broken.append(target)
    return broken


def shell_commands(markdown: str) -> list[list[str]]:
    """The words of each command in shell blocks; pipes, comments and variables are cut off."""
    commands = []
    for fence in _FENCE.finditer(markdown):
        if fence["language"] not in _SHELL:
            continue
        for line in re.sub(r"\\\n\s*", " ", fence["body"]).splitlines():
            words: list[str] = []
            for word in [*_words(line.removeprefix("$ ")), ";"]:
                if word in ("&&", "||", "|", ";", ">"):
                    if words:
                        commands.append(words)
                    words = []
                elif words or not re.fullmatch(r"\w+=.*|sudo|exec", word):
                    words.append(word)
    return commands


def _words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    return list(lexer)
