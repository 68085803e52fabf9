// A scripted agent: the official MCP client, driven by lines of JSON.
//   node mcp-client.mjs --command '["purser","mcp"]'
//   node mcp-client.mjs --http http://127.0.0.1:4070/mcp --header 'Authorization: Bearer …'
// A line in: {"tool": NAME, "arguments": {…}} or {"list": true}; optional "id" and "timeout_ms".
// A line out: {"id"?, "ms", "result"} or {"id"?, "ms", "error": {code?, message}}.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    command: { type: 'string' },
    http: { type: 'string' },
    header: { type: 'string', multiple: true, default: [] },
    'timeout-ms': { type: 'string', default: '60000' },
  },
});

function transport() {
  if (options.http) {
    const headers = options.header.map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) throw new Error(`--header wants 'Name: value'`);
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    });
    return new StreamableHTTPClientTransport(new URL(options.http), { requestInit: { headers } });
  }
  const argv = JSON.parse(options.command ?? 'null');
  if (!Array.isArray(argv) || !argv.length) throw new Error('one of --command [ARGV as JSON] and --http URL is needed');
  // The SDK hands on only a few safe variables unless told; a test's server needs the test's.
  return new StdioClientTransport({ command: argv[0], args: argv.slice(1), env: { ...process.env }, stderr: 'inherit' });
}

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const failure = (error) => ({ message: error.message, ...(error.code !== undefined && { code: error.code }) });

const client = new Client({ name: 'purser-test-agent', version: '1.0.0' }, { capabilities: {} });
try {
  await client.connect(transport(), { timeout: Number(options['timeout-ms']) });
} catch (error) {
  say({ error: { during: 'connect', ...failure(error) } });
  process.exit(1);
}
say({ server: client.getServerVersion(), capabilities: client.getServerCapabilities(), instructions: client.getInstructions() });

// One at a time, in the order given: what a line answers to is then never in doubt.
for await (const line of createInterface({ input: process.stdin })) {
  if (!line.trim()) continue;
  const started = performance.now();
  let answer;
  let id;
  try {
    const ask = JSON.parse(line);
    id = ask.id;
    const limits = { timeout: ask.timeout_ms ?? Number(options['timeout-ms']) };
    answer = {
      result: ask.list
        ? await client.listTools(undefined, limits)
        : await client.callTool({ name: ask.tool, arguments: ask.arguments ?? {} }, undefined, limits),
    };
  } catch (error) {
    answer = { error: failure(error) };
  }
  say({ ...(id !== undefined && { id }), ms: Math.round(performance.now() - started), ...answer });
}
await client.close();
process.exit(0);
