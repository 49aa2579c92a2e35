// Reads what isartor wrote with parsers that are not isartor's. Usage: node check.mjs PLUGINS < written.json
// Prints one line for each difference, then a line "checked" with what was looked at.
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import { parseConfigYaml } from '@continuedev/config-yaml';
import { v0_3 } from '@anthropic-ai/mcpb';
import json5 from 'json5';
import * as jsonc from 'jsonc-parser';
import * as toml from 'smol-toml';
import yaml from 'yaml';

const plugins = process.argv[2];
const problems = [];
const require = createRequire(import.meta.url);

const parsers = {
  json(text) {
    const errors = [];
    const value = jsonc.parse(text, errors, { allowTrailingComma: true });
    if (errors.length > 0) throw new Error(jsonc.printParseErrorCode(errors[0].error));
    return value;
  },
  json5: (text) => json5.parse(text),
  // Objects with a prototype, as the others give them.
  toml: (text) => structuredClone(toml.parse(text)),
  yaml: (text) => yaml.parse(text),
};

function layout(client) {
  return toml.parse(fs.readFileSync(path.join(plugins, client, 'plugin.toml'), 'utf8')).servers;
}

function parse(text, servers) {
  const bare = text.replace(/^\ufeff/, '');
  return bare.trim() === '' ? null : parsers[servers.format](bare);
}

const at = (value, keys) => keys.reduce((inside, key) => inside?.[key], value);

function entryOf(document, servers, name) {
  const container = at(document, servers.container);
  return servers.name_field
    ? (container ?? []).find((entry) => entry[servers.name_field] === name)
    : container?.[name];
}

// The document without the entry, and without containers that would not be there but for it.
function without(document, servers, name) {
  const copy = structuredClone(document ?? {});
  const container = at(copy, servers.container);
  if (container && servers.name_field) {
    const index = container.findIndex((entry) => entry[servers.name_field] === name);
    if (index >= 0) container.splice(index, 1);
  } else if (container) {
    delete container[name];
  }
  for (let depth = servers.container.length; depth > 0; depth -= 1) {
    const above = at(copy, servers.container.slice(0, depth - 1));
    const key = servers.container[depth - 1];
    if (!above || above[key] === undefined || (above[key] && Object.keys(above[key]).length > 0)) break;
    delete above[key];
  }
  return copy;
}

// How each client spells what it starts and what it reaches, by its own documentation. What is not said is common.
const spelling = {
  'claude-code': { stdio: { type: 'stdio' }, http: { type: 'http' } },
  'claude-desktop': { http: null },
  'copilot-cli': { stdio: { type: ['local', 'stdio'], tools: [['*']] }, http: { type: 'http', tools: [['*']] } },
  'gemini-cli': { http: { type: 'http' } },
  'lm-studio': {},
  'qwen-code': { url: 'httpUrl' },
  'roo-code': { stdio: { type: 'stdio' }, http: { type: 'streamable-http' } },
  'visual-studio': { stdio: { type: 'stdio' }, http: { type: 'http' } },
  'amazon-q': { http: null },
  amp: {},
  antigravity: { url: 'serverUrl' },
  augment: { http: { type: 'http' } },
  cline: { http: { type: 'streamableHttp' } },
  codex: { headers: 'http_headers' },
  continue: { stdio: { type: 'stdio' }, http: { type: 'streamable-http' }, headers: 'requestOptions.headers' },
  cursor: {},
  goose: {
    stdio: { type: 'stdio', enabled: true },
    http: { type: 'streamable_http', enabled: true },
    command: 'cmd',
    env: 'envs',
    url: 'uri',
  },
  junie: { http: null },
  kiro: {},
  openclaw: { http: { transport: 'streamable-http' } },
  opencode: { stdio: { type: 'local' }, http: { type: 'remote' }, env: 'environment', line: true },
  vscode: { stdio: { type: 'stdio' }, http: { type: 'http' } },
  warp: {},
  windsurf: { url: 'serverUrl' },
  zed: {},
};
const tellTale = ['type', 'transport', 'command', 'cmd', 'url', 'serverUrl', 'httpUrl', 'uri'];

function checkMeaning(about, client, transport, entry, expected) {
  const spelled = spelling[client];
  const fixed = spelled[transport] ?? {};
  const wanted = transport === 'stdio'
    ? {
        [spelled.command ?? 'command']: spelled.line ? [expected.command, ...expected.args] : expected.command,
        ...(spelled.line ? {} : { args: expected.args }),
        [spelled.env ?? 'env']: expected.env,
      }
    : { [spelled.url ?? 'url']: expected.url, [spelled.headers ?? 'headers']: expected.headers };
  for (const [key, value] of Object.entries(wanted)) {
    const found = at(entry, key.split('.'));
    if (!isDeepStrictEqual(found, value)) problems.push(`${about}: ${key} is ${JSON.stringify(found)}`);
  }
  for (const [key, values] of Object.entries(fixed)) {
    const allowed = Array.isArray(values) ? values : [values];
    if (!allowed.some((value) => isDeepStrictEqual(entry[key], value))) {
      problems.push(`${about}: ${key} is ${JSON.stringify(entry[key])}`);
    }
  }
  for (const key of tellTale.filter((key) => key in entry && !(key in wanted) && !(key in fixed))) {
    problems.push(`${about}: ${key} is there`);
  }
}

// In every case, all but the entry says what it said before.
function checkCases() {
  let count = 0;
  for (const client of Object.keys(spelling)) {
    const servers = layout(client);
    const cases = path.join(plugins, client, 'cases');
    // That every connector has cases is what their own runner checks.
    for (const name of fs.existsSync(cases) ? fs.readdirSync(cases) : []) {
      const files = fs.readdirSync(path.join(cases, name));
      const file = (stem) => {
        const found = files.find((one) => path.parse(one).name === stem);
        return found && fs.readFileSync(path.join(cases, name, found), 'utf8').replaceAll('${ISARTOR}', '/isartor');
      };
      const [before, after] = [file('before'), file('after-connect')];
      if (after === undefined) continue;
      const typed = JSON.parse(file('arguments') ?? '[]');
      const entry = typed.includes('--name') ? typed[typed.indexOf('--name') + 1] : 'isartor';
      const about = `${client}/cases/${name}`;
      try {
        const document = parse(after, servers);
        if (entryOf(document, servers, entry) === undefined) problems.push(`${about}: there is no entry`);
        const head = servers.head ? parse(servers.head, servers) : {};
        const old = (before ? parse(before, servers) : null) ?? head;
        if (!isDeepStrictEqual(without(document, servers, entry), without(old, servers, entry))) {
          problems.push(`${about}: something else differs`);
        }
        count += 1;
      } catch (error) {
        problems.push(`${about}: ${error.message}`);
      }
    }
  }
  return count;
}

function run(home, program, args) {
  const environment = { PATH: process.env.PATH, HOME: home, NO_COLOR: '1' };
  return execFileSync(program, args, { cwd: home, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function bin(name, script) {
  return path.join(path.dirname(require.resolve(`${name}/package.json`)), script);
}

// What a client's own package makes of its file; it throws what it says against it.
const own = {
  augment({ home, name, transport, expected }) {
    const said = run(home, process.execPath, [bin('@augmentcode/auggie', 'augment.mjs'), 'mcp', 'list', '--json']);
    const server = JSON.parse(said).servers.find((one) => one.name === name);
    const wanted = transport === 'stdio' ? `${expected.command} ${expected.args.join(' ')}` : expected.url;
    if (server?.transport !== transport || (server.command ?? server.url) !== wanted) {
      throw new Error(`auggie lists ${JSON.stringify(server)}`);
    }
  },
  'claude-desktop'({ entry }) {
    v0_3.McpServerConfigSchema.parse(entry);
  },
  continue({ text, name, transport, expected }) {
    const server = parseConfigYaml(text).mcpServers.find((one) => one.name === name);
    const wanted = transport === 'stdio' ? expected.command : expected.url;
    if ((server.command ?? server.url) !== wanted) throw new Error(`config-yaml reads ${JSON.stringify(server)}`);
    if (transport === 'http' && !isDeepStrictEqual(server.requestOptions?.headers, expected.headers)) {
      throw new Error(`config-yaml reads ${JSON.stringify(server)}`);
    }
  },
  'qwen-code'({ home, path: file, text, name, transport, expected }) {
    // It starts what it lists: not the gateway, please.
    fs.writeFileSync(file, text.replaceAll(JSON.stringify(expected.command ?? ''), '"/bin/false"'));
    const said = run(home, process.execPath, [bin('@qwen-code/qwen-code', 'cli.js'), 'mcp', 'list']);
    const wanted = transport === 'stdio' ? `${name}: /bin/false mcp (stdio)` : `${name}: ${expected.url} (http)`;
    if (!said.includes(wanted)) throw new Error(`qwen lists ${said}`);
  },
};

const written = JSON.parse(fs.readFileSync(0, 'utf8'));
const checked = { clients: new Set(), own: new Set() };
for (const one of written) {
  const { client, transport, name, expected } = one;
  const about = `${client} over ${transport}`;
  try {
    const text = fs.readFileSync(one.path, 'utf8');
    const servers = layout(client);
    const entry = entryOf(parse(text, servers), servers, name);
    if (entry === undefined) throw new Error('there is no entry');
    checkMeaning(about, client, transport, entry, expected);
    checked.clients.add(`${client} ${transport}`);
    if (own[client]) {
      own[client]({ ...one, text, entry });
      checked.own.add(`${client} ${transport}`);
    }
  } catch (error) {
    problems.push(`${about}: ${error.message}`);
  }
}
for (const client of Object.keys(spelling)) {
  for (const transport of ['stdio', 'http']) {
    const isMissing = spelling[client][transport] !== null && !written.some((one) => one.client === client && one.transport === transport);
    if (isMissing) problems.push(`${client} was not written over ${transport}`);
  }
}
const cases = checkCases();
for (const problem of problems) console.log(problem);
console.log(`checked ${checked.clients.size} entries, ${[...checked.own].sort().join(', ')} by the client's own package, ${cases} cases`);
process.exitCode = problems.length > 0 ? 1 : 0;
