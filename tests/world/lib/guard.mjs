// node guard.mjs PROGRAM ARGS…: runs the program for as long as our stdin is open.
// The world may be killed in ways that leave it no last word; its end of the pipe closes all the same,
// and so the program never outlives it. First line on stderr: "pid N".
import { spawn } from 'node:child_process';

const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const end = () => child.kill('SIGKILL');

child.on('spawn', () => process.stderr.write(`pid ${child.pid}\n`));
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.on('exit', (code) => process.exit(code ?? 1));
process.stdin.on('end', end).on('error', end).resume();
// Whoever reads our output may be gone before stdin says so.
process.stdout.on('error', end);
process.stderr.on('error', end);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);
