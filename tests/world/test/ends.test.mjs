// The world never leaves a chain behind, however it ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alive, gone, run, world } from './harness.mjs';

const leaves = (how, end, code) =>
  test(`nothing is left ${how}`, async () => {
    const w = await world();
    assert.ok(alive(w.about.anvil_pid));
    await end(w);
    const exit = await w.exit();
    if (code !== undefined) assert.equal(exit.code, code);
    await gone(w.about.anvil_pid);
  });

leaves('when stdin closes', (w) => w.child.stdin.end(), 0);
leaves('on SIGTERM', (w) => w.child.kill('SIGTERM'), 0);
leaves('on SIGKILL', (w) => w.child.kill('SIGKILL'));
leaves('when the chain dies', (w) => process.kill(w.about.anvil_pid, 'SIGKILL'), 1);
leaves('with a request hanging', async (w) => {
  const cut = assert.rejects(fetch(w.about.routes['/hang'].url, { headers: { 'payment-signature': 'e30=' } }));
  await w.ask('/hits?route=/hang&payments=1');
  w.child.stdin.end();
  await cut;
}, 0);

test('nothing is left when whoever started it is killed', async () => {
  // A parent that holds the world's stdin and passes on its line.
  const parent = run(['-e', `
    const c = require('node:child_process').spawn(process.execPath, ['world.mjs'], { stdio: ['pipe', 'inherit', 'inherit'] });
    process.stdin.resume();
  `]);
  const about = JSON.parse(await parent.line());
  parent.child.kill('SIGKILL');
  await gone(about.pid);
  await gone(about.anvil_pid);
});

test('stdin closed from the start: it comes down as soon as it is up, and says nothing', async () => {
  const w = run(['world.mjs']);
  w.child.stdin.end();
  assert.equal((await w.exit()).code, 0);
  assert.equal(await w.line(), undefined);
});

test('two worlds do not meet', async () => {
  const [a, b] = await Promise.all([world(), world()]);
  const to = `0x${'22'.repeat(20)}`;
  await a.ask('/mint', { to, amount_atomic: '7' });
  assert.deepEqual([await a.balance(to), await b.balance(to)], [7n, 0n]);
  assert.deepEqual((await Promise.all([a.end(), b.end()])).map((e) => e.code), [0, 0]);
});
