// Merchants that keep to the rules: x402's own express middleware in front of ordinary handlers.
import { HTTPFacilitatorClient } from '@x402/core/server';
import { ExactEvmScheme } from '@x402/evm/exact/server';
import { paymentMiddleware, x402ResourceServer } from '@x402/express';
import express from 'express';
import { NETWORK, payee } from './chain.mjs';

export const SLOW_402_MS = 3000;
const BIG_BODY_BYTES = 5 * 1024 * 1024;

const json = (body) => (_req, res) => res.json(body);

const menu = {
  'GET /weather': { price: '$0.01', what: 'a paid answer', serve: json({ weather: 'sunny', temperature: 21 }) },
  'POST /echo': { price: '$0.01', what: 'answers with the JSON it was sent', serve: (req, res) => res.json({ echo: req.body }) },
  'GET /atlas': { price: '$6', what: 'dear for one call of a tool', serve: json({ atlas: 'all the seas' }) },
  'GET /report': { price: '$600', what: 'more than anyone should pay unasked', serve: json({ report: 'all quiet' }) },
  'GET /boom': {
    price: '$0.01',
    what: 'the handler fails with 500 after verification, so nothing is settled',
    serve: (_req, res) => res.status(500).json({ error: 'the kitchen is on fire' }),
  },
  'GET /upfront': {
    price: '$0.01',
    what: 'paymentFlow "upfront": settled before the handler runs',
    extra: { paymentFlow: 'upfront' },
    serve: json({ paid: 'first' }),
  },
  'GET /long-timeout': {
    price: '$0.01',
    what: 'wants an authorization that is good for a day',
    maxTimeoutSeconds: 86_400,
    serve: json({ patience: true }),
  },
  'GET /big-body': {
    price: '$0.01',
    what: 'answers 5 MiB once paid',
    serve: (_req, res) => res.type('text/plain').send('x'.repeat(BIG_BODY_BYTES)),
  },
  'GET /slow-402': { price: '$0.01', what: 'takes 3 s to ask for money', serve: json({ slow: true }) },
};

export const honestRoutes = {
  ...Object.fromEntries(
    Object.entries(menu).map(([key, { price, what }]) => {
      const [method, route] = key.split(' ');
      return [route, { method, amount_atomic: String(Number(price.slice(1)) * 1_000_000), what }];
    }),
  ),
  '/free': { method: 'GET', amount_atomic: '0', what: 'costs nothing, never asks' },
};

export function honest(facilitator) {
  const routes = Object.fromEntries(
    Object.entries(menu).map(([key, { price, what, extra, maxTimeoutSeconds }]) => [
      key,
      {
        accepts: [{ scheme: 'exact', network: NETWORK, payTo: payee, price, extra, maxTimeoutSeconds }],
        description: what,
        mimeType: 'application/json',
      },
    ]),
  );
  const till = new x402ResourceServer(new HTTPFacilitatorClient({ url: facilitator.url }))
    .register(NETWORK, new ExactEvmScheme());

  const shop = express.Router();
  shop.use(express.json({ limit: '1mb' }));
  shop.get('/free', json({ free: true }));
  shop.get('/slow-402', (req, res, next) => {
    if (req.get('payment-signature')) return next();
    const timer = setTimeout(next, SLOW_402_MS);
    res.on('close', () => clearTimeout(timer));
  });
  shop.use(paymentMiddleware(routes, till));
  for (const [key, { serve }] of Object.entries(menu)) {
    const [method, route] = key.split(' ');
    shop[method.toLowerCase()](route, serve);
  }
  return shop;
}
