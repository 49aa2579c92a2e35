"""Edits a JSON text in place: one member of one object, and every other byte stays. Knows nothing of any client."""

import json
import re
from dataclasses import dataclass, field

from componentize_py_types import Err
from wit_world.imports.types import Failure, FailureKind, Position

SCALAR = re.compile(
    r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'
    r"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null"
)
SPACE = re.compile(r"[ \t\r\n]*")
KINDS = {str: "a string", bool: "a boolean", int: "a number", float: "a number", type(None): "null"}


@dataclass
class Node:
    """A value: what kind it is, and where it begins and ends. An object has members by name, in order."""

    kind: str
    start: int
    end: int = 0
    members: dict[str, "Member"] = field(default_factory=dict)


@dataclass
class Member:
    start: int
    node: Node


def failure(text: str, at: int, message: str) -> Err[Failure]:
    """A failure with the place in the text; both count from 1."""
    lines = re.split(r"\r\n|\r|\n", text[:at])
    return Err(Failure(FailureKind.INVALID_INPUT, message, Position(len(lines), len(lines[-1]) + 1)))


class Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 1 if text.startswith("\ufeff") else 0

    def document(self) -> Node:
        self.space()
        root = self.node()
        self.space()
        if self.at != len(self.text):
            raise self.wrong("the end")
        return root

    def node(self) -> Node:
        node = Node("an object", self.at)
        if self.here("{"):
            self.several("}", lambda: self.member(node))
        elif self.here("["):
            node.kind = "an array"
            self.several("]", self.node)
        else:
            node.kind = KINDS[type(self.scalar())]
        node.end = self.at
        return node

    def member(self, parent: Node) -> None:
        start = self.at
        name = self.scalar()
        if not isinstance(name, str):
            raise failure(self.text, start, "it is not valid JSON: a name is expected")
        if name in parent.members:
            raise failure(self.text, start, f"the key {json.dumps(name, ensure_ascii=False)} is there twice")
        self.space()
        if not self.here(":"):
            raise self.wrong("a colon")
        self.at += 1
        self.space()
        parent.members[name] = Member(start, self.node())

    def several(self, close: str, one) -> None:
        self.at += 1
        self.space()
        while not self.here(close):
            one()
            self.space()
            if self.here(close):
                break
            if not self.here(","):
                raise self.wrong(f"a comma or {close}")
            self.at += 1
            self.space()
            if self.here(close):
                raise self.wrong("a value")
        self.at += 1

    def scalar(self) -> object:
        found = SCALAR.match(self.text, self.at)
        if found is None:
            raise self.wrong("a value")
        self.at = found.end()
        return json.loads(found.group())

    def space(self) -> None:
        self.at = SPACE.match(self.text, self.at).end()

    def here(self, character: str) -> bool:
        return self.text.startswith(character, self.at)

    def wrong(self, expected: str) -> Err[Failure]:
        return failure(self.text, self.at, f"it is not valid JSON: {expected} is expected")


def as_object(text: str, node: Node, what: str) -> Node:
    """The node itself, which must be an object; `what` stands in the failure."""
    if node.kind != "an object":
        raise failure(text, node.start, f"{what} is {node.kind}, not an object")
    return node


def replaced(text: str, node: Node, value: str) -> str:
    """The text with another value in the place of a node's."""
    return text[: node.start] + value + text[node.end :]


def added(text: str, parent: Node, name: str, value: str) -> str:
    """The text with a new last member; `value` is JSON of several lines, indented by two spaces."""
    newline = "\r\n" if "\r\n" in text else "\n"
    key = json.dumps(name, ensure_ascii=False)
    if not parent.members:
        outer = indentation(text, parent.start)
        inner = outer + "  "
        lines = f"{key}: {value}".replace("\n", newline + inner)
        return replaced(text, parent, f"{{{newline}{inner}{lines}{newline}{outer}}}")
    last = list(parent.members.values())[-1]
    if "\n" not in text[parent.start : parent.end]:
        return f"{text[:last.node.end]}, {key}: {re.sub(chr(10) + ' *', ' ', value)}{text[last.node.end:]}"
    inner = indentation(text, last.start)
    lines = f"{key}: {value}".replace("\n", newline + inner)
    return f"{text[:last.node.end]},{newline}{inner}{lines}{text[last.node.end:]}"


def removed(text: str, parent: Node, name: str) -> str:
    """The text without a member and the comma that goes with it."""
    names = list(parent.members)
    index = names.index(name)
    gone = parent.members[name]
    if index > 0:
        return text[: parent.members[names[index - 1]].node.end] + text[gone.node.end :]
    if len(names) > 1:
        return text[: gone.start] + text[parent.members[names[1]].start :]
    return replaced(text, parent, "{}")


def indentation(text: str, at: int) -> str:
    """The white space at the beginning of the line that `at` is in."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return re.match(r"[ \t]*", line).group()
