"""{{title}}: isartor among the servers of the client's JSON file. Text in, text out; the host reads and writes the file.

The interface is isartor/wit/connector.wit.
"""

import json

from componentize_py_types import Err
from json_text import Node, Parser, added, as_object, removed, replaced
from wit_world import exports
from wit_world.exports.connector import (
    FoundEntry,
    ServerEntry,
    StdioServer,
    Target,
    Transport_Stdio,
)
from wit_world.imports.types import Failure, FailureKind

# As `container` in plugin.toml.
CONTAINER = "mcpServers"


class Connector(exports.Connector):
    def connect(self, config: str | None, target: Target, entry: ServerEntry) -> str:
        if not isinstance(entry.transport, Transport_Stdio):
            raise Err(Failure(FailureKind.UNSUPPORTED, "the client's file holds programs only, and no URLs", None))
        text = config if config is not None and config.strip() else "{}\n"
        value = entry_text(entry.transport.value)
        root, container = servers(text)
        if container is None:
            lines = f"{dumped(entry.name)}: {value}".replace("\n", "\n  ")
            return added(text, root, CONTAINER, f"{{\n  {lines}\n}}")
        before = container.members.get(entry.name)
        if before is None:
            return added(text, container, entry.name, value)
        is_same = json.loads(text[before.node.start : before.node.end]) == json.loads(value)
        return text if is_same else replaced(text, before.node, value)

    def disconnect(self, config: str, target: Target, name: str, created_container: bool) -> str | None:
        _, container = servers(config)
        if container is None or name not in container.members:
            return config
        text = removed(config, container, name)
        root, container = servers(text)
        if not created_container or container.members:
            return text
        return None if len(root.members) == 1 else removed(text, root, CONTAINER)

    def servers(self, config: str, target: Target) -> list[FoundEntry]:
        _, container = servers(config)
        members = {} if container is None else container.members
        return [found_entry(config, name, member.node) for name, member in members.items()]


def servers(text: str) -> tuple[Node, Node | None]:
    """The root of the configuration, and the object that holds the servers, if there is one."""
    root = as_object(text, Parser(text).document(), "the configuration")
    found = root.members.get(CONTAINER)
    return root, None if found is None else as_object(text, found.node, dumped(CONTAINER))


def entry_text(server: StdioServer) -> str:
    arguments = ", ".join(dumped(argument) for argument in server.args)
    variables = ",\n".join(f"    {dumped(name)}: {dumped(value)}" for name, value in server.env)
    env = f"{{\n{variables}\n  }}" if variables else "{}"
    return f'{{\n  "command": {dumped(server.command)},\n  "args": [{arguments}],\n  "env": {env}\n}}'


def found_entry(text: str, name: str, node: Node) -> FoundEntry:
    raw = text[node.start : node.end]
    value = json.loads(raw)
    if not isinstance(value, dict) or not isinstance(value.get("command"), str):
        return FoundEntry(name, None, raw, [])
    arguments, env = value.get("args"), value.get("env")
    server = StdioServer(
        value["command"],
        [str(argument) for argument in arguments] if isinstance(arguments, list) else [],
        [(key, str(text)) for key, text in env.items()] if isinstance(env, dict) else [],
    )
    extra = {key: member.node for key, member in node.members.items() if key not in ("command", "args", "env")}
    fields = [(key, text[field.start : field.end]) for key, field in extra.items()]
    return FoundEntry(name, Transport_Stdio(server), raw, fields)


def dumped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
