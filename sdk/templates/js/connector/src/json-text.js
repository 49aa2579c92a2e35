// Edits a JSON text in place: one member of one object, and every other byte stays. Knows nothing of any client.

const SCALAR = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

/** A failure with the place in the text, counted as isartor counts it: from 1, in Unicode scalar values. */
function failure(text, at, message) {
  const lines = text.slice(0, at).split(/\r\n|\r|\n/);
  const position = { line: lines.length, column: [...lines.at(-1)].length + 1 };
  return { kind: 'invalid-input', message, position };
}

/** The text as a tree: each node has a kind, a start and an end; an object has members with a name and a node. */
export function parse(text) {
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  const wrong = (expected) => failure(text, at, `it is not valid JSON: ${expected} is expected`);
  const space = () => {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    at = SPACE.lastIndex;
  };
  const scalar = () => {
    SCALAR.lastIndex = at;
    const found = SCALAR.exec(text);
    if (found === null) throw wrong('a value');
    const start = at;
    at = SCALAR.lastIndex;
    const value = JSON.parse(found[0]);
    return { kind: value === null ? 'null' : typeof value, value, start, end: at };
  };
  const several = (close, one) => {
    at += 1;
    space();
    while (text[at] !== close) {
      one();
      space();
      if (text[at] === close) break;
      if (text[at] !== ',') throw wrong(`a comma or ${close}`);
      at += 1;
      space();
      if (text[at] === close) throw wrong('a value');
    }
    at += 1;
  };
  const node = () => {
    const start = at;
    if (text[at] === '{') {
      const members = [];
      several('}', () => {
        const name = scalar();
        if (name.kind !== 'string') throw failure(text, name.start, 'it is not valid JSON: a name is expected');
        if (members.some((member) => member.name === name.value)) {
          throw failure(text, name.start, `the key ${JSON.stringify(name.value)} is there twice`);
        }
        space();
        if (text[at] !== ':') throw wrong('a colon');
        at += 1;
        space();
        members.push({ name: name.value, start: name.start, node: node() });
      });
      return { kind: 'object', members, start, end: at };
    }
    if (text[at] === '[') {
      const items = [];
      several(']', () => items.push(node()));
      return { kind: 'array', items, start, end: at };
    }
    return scalar();
  };
  space();
  const root = node();
  space();
  if (at !== text.length) throw wrong('the end');
  return root;
}

/** The member of an object called `name`. */
export function member(object, name) {
  return object.members.find((one) => one.name === name);
}

/** The node itself, which must be an object; `what` stands in the failure. */
export function object(text, node, what) {
  if (node.kind === 'object') return node;
  const article = /^[aeiou]/.test(node.kind) ? 'an' : 'a';
  const kind = node.kind === 'null' ? 'null' : `${article} ${node.kind}`;
  throw failure(text, node.start, `${what} is ${kind}, not an object`);
}

/** The text with another value in the place of a node's. */
export function replaced(text, node, value) {
  return text.slice(0, node.start) + value + text.slice(node.end);
}

/** The text with a new last member; `value` is JSON of several lines, indented by two spaces. */
export function added(text, parent, name, value) {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const last = parent.members.at(-1);
  const isOneLine = last !== undefined && !text.slice(parent.start, parent.end).includes('\n');
  const entry = `${JSON.stringify(name)}: ${value}`;
  if (isOneLine) {
    const flat = `${JSON.stringify(name)}: ${value.replaceAll(/\n */g, ' ')}`;
    return `${text.slice(0, last.node.end)}, ${flat}${text.slice(last.node.end)}`;
  }
  const outer = indentation(text, parent.start);
  const inner = last === undefined ? `${outer}  ` : indentation(text, last.start);
  const lines = entry.replaceAll('\n', newline + inner);
  if (last === undefined) {
    return `${text.slice(0, parent.start)}{${newline}${inner}${lines}${newline}${outer}}${text.slice(parent.end)}`;
  }
  return `${text.slice(0, last.node.end)},${newline}${inner}${lines}${text.slice(last.node.end)}`;
}

/** The text without a member and the comma that goes with it. */
export function removed(text, parent, name) {
  const index = parent.members.findIndex((one) => one.name === name);
  const [before, gone, after] = [parent.members[index - 1], parent.members[index], parent.members[index + 1]];
  if (before !== undefined) return text.slice(0, before.node.end) + text.slice(gone.node.end);
  if (after !== undefined) return text.slice(0, gone.start) + text.slice(after.start);
  return replaced(text, parent, '{}');
}

/** The white space at the beginning of the line that `at` is in. */
function indentation(text, at) {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return /^[ \t]*/.exec(line)[0];
}
