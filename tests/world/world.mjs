// node world.mjs: a chain, a dollar, a facilitator, merchants. One line of JSON on stdout when all of it
// answers; everything ends when stdin closes or on SIGTERM.
import express from 'express';
import path from 'node:path';
import { CHAIN_ID, NETWORK, payee, startChain, USDC } from './lib/chain.mjs';
import { control } from './lib/control.mjs';
import { startFacilitator } from './lib/facilitator.mjs';
import { honest, honestRoutes } from './lib/honest.mjs';
import { hostile, hostileRoutes, landing } from './lib/hostile.mjs';
import { listen } from './lib/listen.mjs';
import { within } from './lib/time.mjs';
import { Witness } from './lib/witness.mjs';
import { HTTPFacilitatorClient } from '@x402/core/server';

export async function startWorld({ onDeath }) {
  const started = performance.now();
  const parts = [];
  const stop = async () => {
    for (const part of parts.splice(0).reverse()) await part.stop();
  };
  const keep = (part) => (parts.push(part), part);
  try {
    const witness = new Witness();
    const chain = keep(await startChain({ onDeath }));
    const facilitator = keep(await startFacilitator({ chain, witness }));
    const till = new HTTPFacilitatorClient({ url: facilitator.url });
    const other = keep(await listen(express().use(witness.watch('elsewhere:'), landing(till))));
    const shop = keep(
      await listen(
        express()
          .use(witness.watch())
          .use(hostile({ facilitator: till, chain, elsewhere: other.url }))
          .use(honest(facilitator)),
      ),
    );
    const desk = keep(await listen(control({ chain, facilitator, witness })));

    // The honest shop asks its facilitator what it can do before it asks anyone for money.
    const first = await fetch(`${shop.url}/weather`, { signal: AbortSignal.timeout(10_000) });
    if (first.status !== 402) throw new Error(`/weather answers ${first.status}: ${await first.text()}`);
    witness.forget();

    const routes = Object.fromEntries(
      Object.entries({ ...honestRoutes, ...hostileRoutes }).map(([route, about]) => [route, { url: shop.url + route, ...about }]),
    );
    const about = {
      rpc: chain.rpc,
      facilitator: facilitator.url,
      server: shop.url,
      elsewhere: other.url,
      control: desk.url,
      token: USDC,
      lookalike: chain.lookalike,
      chain_id: CHAIN_ID,
      network: NETWORK,
      payee,
      routes,
      pid: process.pid,
      anvil_pid: chain.pid,
      ready_ms: Math.round(performance.now() - started),
      compiled: chain.compiled,
    };
    return { about, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) {
  let ending;
  let world;
  const end = (code, why) => {
    if (why) process.stderr.write(`world: ${why.message}\n`);
    ending ??= (async () => {
      const running = await starting.catch(() => undefined);
      await within(15_000, 'the world to end', running?.stop() ?? Promise.resolve());
      process.exit(code);
    })().catch((error) => {
      process.stderr.write(`world: ${error.message}\n`);
      process.exit(1);
    });
  };
  // Until it is ready, too: whoever started it may be gone by then.
  const starting = startWorld({ onDeath: (error) => end(1, error) });
  process.stdin.on('end', () => end(0)).on('error', () => end(0)).resume();
  process.stdout.on('error', () => end(0));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => end(0));
  try {
    world = await starting;
    if (!ending) process.stdout.write(`${JSON.stringify(world.about)}\n`);
  } catch (error) {
    end(1, error);
  }
}
