// The tests' own door into the world. Not part of what a wallet may see.
import express from 'express';

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const WORD = /^0x[0-9a-fA-F]{64}$/;

export function control({ chain, facilitator, witness }) {
  const app = express().use(express.json());
  const check = (ok, what) => {
    if (!ok) throw Object.assign(new Error(what), { status: 400 });
  };

  app.post('/mint', async (req, res) => {
    const { to, amount_atomic, token } = req.body ?? {};
    check(ADDRESS.test(to), 'to: an address');
    check(/^\d{1,78}$/.test(amount_atomic), 'amount_atomic: a decimal string');
    check(token === undefined || ADDRESS.test(token), 'token: an address');
    const { transactionHash } = await chain.mint(to, BigInt(amount_atomic), token);
    res.json({ transaction: transactionHash, balance_atomic: String(await chain.balance(to, token)) });
  });

  app.get('/balance', async (req, res) => {
    const { of, token } = req.query;
    check(ADDRESS.test(of), 'of: an address');
    check(token === undefined || ADDRESS.test(token), 'token: an address');
    res.json({ balance_atomic: String(await chain.balance(of, token)) });
  });

  app.get('/authorization-used', async (req, res) => {
    const { authorizer, nonce } = req.query;
    check(ADDRESS.test(authorizer) && WORD.test(nonce), 'authorizer: an address, nonce: 32 bytes in hex');
    res.json({ used: await chain.authorizationUsed(authorizer, nonce) });
  });

  app.post('/facilitator', (req, res) => {
    const { up, settle } = req.body ?? {};
    for (const flag of [up, settle]) check(flag === undefined || typeof flag === 'boolean', 'up, settle: true or false');
    res.json(facilitator.set({ up, settle }));
  });

  app.get('/hits', async (req, res) => {
    const { route, hits = '0', payments = '0', within_ms = '5000' } = req.query;
    if (route !== undefined) {
      for (const n of [hits, payments, within_ms]) check(/^\d{1,6}$/.test(n), 'hits, payments, within_ms: numbers');
      try {
        await witness.when(route, { hits: Number(hits), payments: Number(payments) }, Number(within_ms));
      } catch (error) {
        return res.status(408).json({ error: error.message, ...witness.report() });
      }
    }
    res.json(witness.report());
  });

  app.post('/forget', (_req, res) => {
    witness.forget();
    res.json({});
  });

  app.use((error, _req, res, _next) => res.status(error.status ?? 500).json({ error: error.message }));
  return app;
}
