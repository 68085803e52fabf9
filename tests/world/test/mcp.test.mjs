// The scripted client and the inspector, each over stdio and HTTP.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { home, run } from './harness.mjs';

const server = path.join(home, 'test/echo-mcp.mjs');
const stdio = [process.execPath, server];
let http;
let url;

before(async () => {
  http = run([server, '--http']);
  url = await http.line();
});
after(async () => {
  http.child.stdin.end();
  await http.exit();
});

const clients = {
  stdio: { args: () => ['--command', JSON.stringify(stdio)], said: 'hi -' },
  http: { args: () => ['--http', url, '--header', 'X-Agent: seven'], said: 'hi seven' },
};
for (const [name, { args, said }] of Object.entries(clients)) {
  test(`mcp-client over ${name}`, async () => {
    const client = run(['mcp-client.mjs', ...args()]);
    const ask = async (what) => {
      client.child.stdin.write(`${JSON.stringify(what)}\n`);
      return JSON.parse(await client.line());
    };
    assert.equal(JSON.parse(await client.line()).server.name, 'echo');
    assert.deepEqual((await ask({ list: true })).result.tools.map((t) => t.name), ['echo']);
    const answer = await ask({ id: 3, tool: 'echo', arguments: { text: 'hi' } });
    assert.deepEqual([answer.id, answer.result.content[0].text], [3, said]);
    assert.equal((await ask({ tool: 'none' })).result.isError, true);
    client.child.stdin.end();
    assert.equal((await client.exit()).code, 0);
  });
}

test('mcp-client says so when nobody answers', async () => {
  const client = run(['mcp-client.mjs', '--command', JSON.stringify([process.execPath, '-e', ''])]);
  assert.equal(JSON.parse(await client.line()).error.during, 'connect');
  assert.equal((await client.exit()).code, 1);
});

const inspector = path.join(home, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
const inspections = {
  stdio: () => [...stdio],
  http: () => [url, '--transport', 'http', '--header', 'X-Agent: seven'],
};
for (const [name, target] of Object.entries(inspections)) {
  test(`inspector over ${name}`, async () => {
    const call = ['--method', 'tools/call', '--tool-name', 'echo', '--tool-arg', 'text=hi'];
    const { stdout } = await promisify(execFile)(process.execPath, [inspector, '--cli', ...target(), ...call], { timeout: 30_000 });
    assert.equal(JSON.parse(stdout).content[0].text, clients[name].said);
  });
}
