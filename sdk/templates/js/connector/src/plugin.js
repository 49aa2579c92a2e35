// {{title}}: isartor among the servers of the client's JSON file. Text in, text out; the host reads and writes the file.
// The interface is isartor/wit/connector.wit.

import { added, member, object, parse, removed, replaced } from './json-text.js';

// As `container` in plugin.toml.
const CONTAINER = 'mcpServers';

function servers(text) {
  const root = object(text, parse(text), 'the configuration');
  const found = member(root, CONTAINER);
  return { root, container: found && object(text, found.node, JSON.stringify(CONTAINER)) };
}

function entryText(server) {
  const list = (items) => `[${items.map((item) => JSON.stringify(item)).join(', ')}]`;
  const variables = server.env.map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  const env = variables.length === 0 ? '{}' : `{\n${variables.join(',\n')}\n  }`;
  return `{\n  "command": ${JSON.stringify(server.command)},\n  "args": ${list(server.args)},\n  "env": ${env}\n}`;
}

function foundEntry(text, { name, node }) {
  const raw = text.slice(node.start, node.end);
  const fields = node.kind === 'object' ? node.members : [];
  const value = JSON.parse(raw);
  if (typeof value?.command !== 'string') return { name, transport: undefined, raw, extra: [] };
  const args = Array.isArray(value.args) ? value.args.map(String) : [];
  const env = Object.entries(value.env ?? {}).map(([key, text]) => [key, String(text)]);
  const known = ['command', 'args', 'env'];
  const extra = fields.filter((field) => !known.includes(field.name));
  return {
    name,
    transport: { tag: 'stdio', val: { command: value.command, args, env } },
    raw,
    extra: extra.map((field) => [field.name, text.slice(field.node.start, field.node.end)]),
  };
}

export const connector = {
  connect(config, _target, entry) {
    if (entry.transport.tag !== 'stdio') {
      throw { kind: 'unsupported', message: "the client's file holds programs only, and no URLs", position: undefined };
    }
    const text = config?.trim() ? config : '{}\n';
    const value = entryText(entry.transport.val);
    const { root, container } = servers(text);
    if (container === undefined) {
      const lines = `${JSON.stringify(entry.name)}: ${value}`.replaceAll('\n', '\n  ');
      return added(text, root, CONTAINER, `{\n  ${lines}\n}`);
    }
    const before = member(container, entry.name);
    if (before === undefined) return added(text, container, entry.name, value);
    const isSame = JSON.stringify(JSON.parse(text.slice(before.node.start, before.node.end))) === JSON.stringify(JSON.parse(value));
    return isSame ? text : replaced(text, before.node, value);
  },

  disconnect(config, _target, name, createdContainer) {
    const { container } = servers(config);
    if (container === undefined || member(container, name) === undefined) return config;
    const text = removed(config, container, name);
    const left = servers(text);
    if (!createdContainer || left.container.members.length > 0) return text;
    return left.root.members.length === 1 ? undefined : removed(text, left.root, CONTAINER);
  },

  servers(config, _target) {
    const { container } = servers(config);
    return container === undefined ? [] : container.members.map((one) => foundEntry(config, one));
  },
};
