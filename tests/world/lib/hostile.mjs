// Merchants that do not keep to the rules. They speak the wire protocol by hand, because no honest
// library would say these things for them. Whatever can be cashed, they cash: a wallet that signs what
// it should not have signed is poorer afterwards, and a test can see it on the chain.
import { createHash } from 'node:crypto';
import express from 'express';
import { NETWORK, payee, USDC } from './chain.mjs';
import { decode, encode } from './witness.mjs';

const CENT = '10000';
const MAINNET_USDC = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48';

/** Bidi override and isolate, zero-width space, BOM, NUL, escape, bell, line separator; Cyrillic а and о. */
const UNSEEN = '\u202egnp.exe\u2066\u200b\ufeff\u0000\u001b[31m\u0007\u2028 \u0440\u0430\u0443p\u0430l';
const MARKUP = `<script>document.title='owned'</script><img src=x onerror="alert(1)"><b>FREE</b> [click](javascript:alert(1)) {{7*7}} ${UNSEEN}`;

/** `?max_timeout_s=8` on any of these routes: so long and no longer is a signature to be good. A test that
 * waits for one to expire need not wait a minute. */
const patience = (req) => (/^[1-9]\d{0,4}$/.test(req.query.max_timeout_s) ? Number(req.query.max_timeout_s) : 60);

const term = (req, change = {}) => ({
  scheme: 'exact',
  network: NETWORK,
  amount: CENT,
  asset: USDC,
  payTo: payee,
  maxTimeoutSeconds: patience(req),
  ...change,
  extra: { name: 'USDC', version: '2', ...change.extra },
});

export const hostileRoutes = {
  '/greedy': { amount_atomic: CENT, what: 'asks 0.01, and 5 once 0.01 is signed; cashes the 5' },
  '/forever': { amount_atomic: CENT, what: '402 for ever, whatever is sent' },
  '/hang': { amount_atomic: CENT, what: 'never answers a paid request' },
  '/close': { amount_atomic: CENT, what: 'closes the connection on a paid request' },
  '/settle-then-500': { amount_atomic: CENT, what: 'cashes the payment, then answers 500 without a receipt' },
  '/lies': { amount_atomic: CENT, what: 'says it settled, names a transaction that never was' },
  '/unknown-flow': { amount_atomic: CENT, what: 'paymentFlow "teleport"; cashes' },
  '/wrong-token': { amount_atomic: CENT, what: 'a token that calls itself USDC at an unknown address; cashes' },
  '/wrong-network': { amount_atomic: CENT, what: 'wants money on eip155:1' },
  '/huge': { amount_atomic: `1${'0'.repeat(30)}`, what: 'wants 10^30 atomic units' },
  '/markup': { amount_atomic: CENT, what: 'markup, control and bidi characters in its texts; payable; cashes' },
  '/markup-domain': { amount_atomic: CENT, what: 'the same in the token name that is to be signed' },
  '/redirect': { amount_atomic: '0', what: '302 to a paid route of another origin' },
  '/redirect-paid': { amount_atomic: CENT, what: 'once paid, 302 to another origin that would cash' },
  '/v1': { amount_atomic: CENT, what: 'x402 version 1, honest' },
};
for (const route of Object.values(hostileRoutes)) route.method = 'GET';

/** `elsewhere` is the other origin's URL. */
export function hostile({ facilitator, chain, elsewhere }) {
  const shop = express.Router();
  const { ask, cash, paid } = counter(facilitator);

  shop.get('/greedy', async (req, res) => {
    const more = term(req, { amount: '5000000' });
    const signed = paid(req);
    if (!signed) return ask(req, res, [term(req)]);
    if (BigInt(signed.payload?.authorization?.value ?? 0) < 5_000_000n) {
      return ask(req, res, [more], { error: 'the price has gone up' });
    }
    await cash(req, res, more);
  });

  shop.get('/forever', (req, res) => ask(req, res, [term(req)], paid(req) ? { error: 'payment not accepted, try again' } : {}));

  // Held open until the caller or the world ends.
  shop.get('/hang', (req, res) => void (paid(req) || ask(req, res, [term(req)])));

  shop.get('/close', (req, res) => void (paid(req) ? req.socket.destroy() : ask(req, res, [term(req)])));

  shop.get('/settle-then-500', async (req, res) => {
    const signed = paid(req);
    if (!signed) return ask(req, res, [term(req)]);
    await facilitator.settle(signed, term(req));
    res.status(500).json({ error: 'internal server error' });
  });

  shop.get('/lies', (req, res) => {
    const raw = req.get('payment-signature');
    if (!raw) return ask(req, res, [term(req)]);
    const transaction = `0x${createHash('sha256').update(raw).digest('hex')}`;
    const payer = paid(req).payload?.authorization?.from;
    res.set('PAYMENT-RESPONSE', encode({ success: true, transaction, network: NETWORK, payer, amount: CENT }));
    res.json({ thanks: true });
  });

  const asks = (path, change, how) => {
    shop.get(path, async (req, res) => {
      const terms = term(req, change);
      await (paid(req) ? cash(req, res, terms) : ask(req, res, [terms], how));
    });
  };
  asks('/unknown-flow', { extra: { paymentFlow: 'teleport' } });
  asks('/wrong-token', { asset: chain.lookalike });
  asks('/wrong-network', { network: 'eip155:1', asset: MAINNET_USDC, extra: { name: 'USD Coin' } });
  asks('/huge', { amount: hostileRoutes['/huge'].amount_atomic });
  const texts = {
    error: MARKUP,
    resource: { description: MARKUP, mimeType: MARKUP, serviceName: '<b>PayPal</b>', tags: ['<i>'], iconUrl: 'javascript:alert(1)' },
  };
  asks('/markup', { extra: { label: MARKUP } }, texts);
  asks('/markup-domain', { extra: { name: MARKUP, version: UNSEEN } }, texts);

  shop.get('/redirect', (_req, res) => res.redirect(302, `${elsewhere}/landing`));
  shop.get('/redirect-paid', (req, res) => {
    if (!paid(req)) return ask(req, res, [term(req)]);
    res.redirect(302, `${elsewhere}/landing`);
  });

  shop.get('/v1', async (req, res) => {
    const terms = {
      scheme: 'exact',
      network: 'base-sepolia',
      maxAmountRequired: CENT,
      resource: here(req),
      description: hostileRoutes['/v1'].what,
      mimeType: 'application/json',
      payTo: payee,
      maxTimeoutSeconds: patience(req),
      asset: USDC,
      extra: { name: 'USDC', version: '2' },
    };
    const refuse = (error) => res.status(402).json({ x402Version: 1, error, accepts: [terms] });
    const signed = decode(req.get('x-payment') ?? '');
    if (!signed) return refuse('X-PAYMENT header is required');
    const verdict = await facilitator.verify(signed, terms);
    if (!verdict.isValid) return refuse(verdict.invalidReason);
    const receipt = await facilitator.settle(signed, terms);
    if (!receipt.success) return refuse(receipt.errorReason);
    res.set('X-PAYMENT-RESPONSE', encode(receipt)).json({ version: 1 });
  });
  return shop;
}

/** The other origin. It takes any payment it is handed, also one that was meant for somebody else. */
export function landing(facilitator) {
  const place = express.Router();
  const { ask, cash, paid } = counter(facilitator);
  place.get('/landing', async (req, res) => (paid(req) ? cash(req, res, term(req)) : ask(req, res, [term(req)])));
  return place;
}

const here = (req) => `http://${req.get('host')}${req.originalUrl}`;

function counter(facilitator) {
  return {
    /** The payment that came along, or null. Something unreadable counts as an empty one. */
    paid(req) {
      const raw = req.get('payment-signature');
      return raw === undefined ? null : (decode(raw) ?? {});
    },
    ask(req, res, accepts, { error = 'payment required', resource } = {}) {
      const question = { x402Version: 2, error, resource: { url: here(req), description: req.path, mimeType: 'application/json', ...resource }, accepts };
      res.status(402).set('PAYMENT-REQUIRED', encode(question)).json({});
    },
    /** Settles for real and serves; a payment that cannot be settled is a 402 with the failed receipt. */
    async cash(req, res, terms) {
      const receipt = await facilitator.settle(decode(req.get('payment-signature')) ?? {}, terms).catch((error) => ({
        success: false,
        errorReason: error.message,
        transaction: '',
        network: terms.network,
      }));
      res.set('PAYMENT-RESPONSE', encode(receipt));
      res.status(receipt.success ? 200 : 402).json(receipt.success ? { served: req.path } : {});
    },
  };
}
