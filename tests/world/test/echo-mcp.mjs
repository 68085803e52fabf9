// A small MCP server to try the client on: stdio, or HTTP with `--http` (prints its URL).
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';
import { z } from 'zod';
import { listen } from '../lib/listen.mjs';

function server(headers = {}) {
  const mcp = new McpServer({ name: 'echo', version: '0.0.1' });
  mcp.registerTool('echo', { description: 'says it back', inputSchema: { text: z.string() } }, ({ text }) => ({
    content: [{ type: 'text', text: `${text} ${headers['x-agent'] ?? '-'}` }],
  }));
  return mcp;
}

if (process.argv.includes('--http')) {
  const app = express().use(express.json());
  app.all('/mcp', async (req, res) => {
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    await server(req.headers).connect(transport);
    await transport.handleRequest(req, res, req.body);
  });
  process.stdout.write(`${(await listen(app)).url}/mcp\n`);
  process.stdin.on('end', () => process.exit(0)).resume();
} else {
  await server().connect(new StdioServerTransport());
}
