// Starts the world the way every test will: as a program, read by its one line.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { after } from 'node:test';
import { within } from '../lib/time.mjs';

export const home = path.resolve(import.meta.dirname, '..');

// What a failed test left running would keep its file from ending.
const running = new Set();
after(() => running.forEach((child) => child.kill()));

export function run(args, options = {}) {
  const child = spawn(process.execPath, args, { cwd: home, stdio: ['pipe', 'pipe', 'inherit'], ...options });
  running.add(child);
  const exit = new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.on('error', () => {});
  return {
    child,
    exit: (ms = 15_000) => within(ms, `${args[0]} to end`, exit),
    line: async (ms = 60_000) => (await within(ms, `a line of ${args[0]}`, lines.next())).value,
  };
}

export async function world() {
  const program = run(['world.mjs']);
  const line = await program.line();
  if (!line) throw new Error('the world did not come up');
  const about = JSON.parse(line);
  const ask = async (pathAndQuery, body) => {
    const answer = await fetch(about.control + pathAndQuery, {
      signal: AbortSignal.timeout(20_000),
      ...(body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const json = await answer.json();
    if (!answer.ok) throw new Error(`${pathAndQuery}: ${answer.status} ${json.error}`);
    return json;
  };
  return {
    ...program,
    about,
    ask,
    balance: async (of) => BigInt((await ask(`/balance?of=${of}`)).balance_atomic),
    async end() {
      program.child.stdin.end();
      return program.exit();
    },
  };
}

/** Whether the process runs. One that ended and waits to be collected (by a slow init) does not. */
export function alive(pid) {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
}

/** Polls until the process is gone. */
export async function gone(pid, ms = 10_000) {
  const deadline = performance.now() + ms;
  while (alive(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} is still there after ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
