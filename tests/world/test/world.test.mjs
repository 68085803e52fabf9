// The world against the reference client: what it promises to tests is what it does.
import { x402Client, x402HTTPClient, wrapFetchWithPayment } from '@x402/fetch';
import { ExactEvmScheme } from '@x402/evm/exact/client';
import { ExactEvmSchemeV1 } from '@x402/evm/exact/v1/client';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { keccak256, toHex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { decode } from '../lib/witness.mjs';
import { world } from './harness.mjs';

const CENT = 10_000n;
const DOLLARS = 1_000_000n;
let w;

before(async () => {
  w = await world();
});
after(async () => {
  const { code } = await w.end();
  assert.equal(code, 0);
});

/** A payer of its own for every test, with money. */
async function payer(name, amount = 10n * DOLLARS) {
  const account = privateKeyToAccount(keccak256(toHex(name)));
  await w.ask('/mint', { to: account.address, amount_atomic: String(amount) });
  const client = new x402Client()
    .setSpendControls(false)
    .register('eip155:*', new ExactEvmScheme(account))
    .registerV1('base-sepolia', new ExactEvmSchemeV1(account));
  return { account, client, http: new x402HTTPClient(client), fetch: wrapFetchWithPayment(fetch, client) };
}

/** How much the payer and the payee gained while `what` ran. */
async function moved(who, what) {
  const both = async () => [await w.balance(who.account.address), await w.balance(w.about.payee)];
  const was = await both();
  const result = await what();
  const is = await both();
  return { result, paid: was[0] - is[0], earned: is[1] - was[1] };
}

const url = (route) => w.about.routes[route].url;
const get = (route, init) => fetch(url(route), { redirect: 'manual', signal: AbortSignal.timeout(10_000), ...init });
const asked = (response) => decode(response.headers.get('payment-required'));
const receipt = (response) => decode(response.headers.get('payment-response'));

/** One paid try, with no opinion on what came back: the reference client's payment, sent by hand. */
async function pay(who, route, { question, init } = {}) {
  const required = question ?? asked(await get(route));
  const payload = await who.client.createPaymentPayload(required);
  const send = () => get(route, { ...init, headers: who.http.encodePaymentSignatureHeader(payload) });
  const used = async () => {
    const { from, nonce } = payload.payload.authorization;
    return (await w.ask(`/authorization-used?authorizer=${from}&nonce=${nonce}`)).used;
  };
  return { payload, send, used };
}

test('the line names everything', () => {
  const { about } = w;
  for (const key of ['rpc', 'facilitator', 'server', 'elsewhere', 'control']) assert.match(about[key], /^http:\/\/127\.0\.0\.1:\d+$/, key);
  assert.equal(about.token, '0x036CbD53842c5426634e7929541eC2318f3dCF7e');
  assert.equal(about.network, `eip155:${about.chain_id}`);
  console.log(`ready after ${about.ready_ms} ms${about.compiled ? ', compiler included' : ''}`);
});

test('the reference client pays /weather, and the money moves', async () => {
  const who = await payer('weather');
  await w.ask('/forget', {});
  const { result, paid, earned } = await moved(who, () => who.fetch(url('/weather')));
  assert.equal(result.status, 200);
  assert.equal((await result.json()).weather, 'sunny');
  assert.deepEqual([paid, earned], [CENT, CENT]);
  const { success, transaction } = receipt(result);
  assert.equal(success, true);

  const { routes, payments, settlements } = await w.ask('/hits');
  assert.deepEqual(routes['/weather'], { hits: 2, payments: 1, statuses: { 402: 1, 200: 1 } });
  const { from, nonce } = payments[0].payload.payload.authorization;
  assert.equal(from, who.account.address);
  assert.deepEqual(settlements, [{ payer: from, amount_atomic: '10000', nonce, success: true, transaction }]);
  assert.equal((await w.ask(`/authorization-used?authorizer=${from}&nonce=${nonce}`)).used, true);
  const unused = `0x${'11'.repeat(32)}`;
  assert.equal((await w.ask(`/authorization-used?authorizer=${from}&nonce=${unused}`)).used, false);
});

test('an authorization pays once', async () => {
  const who = await payer('replay');
  const { send } = await pay(who, '/weather');
  const { paid } = await moved(who, async () => {
    assert.equal((await send()).status, 200);
    assert.equal((await send()).status, 402);
  });
  assert.equal(paid, CENT);
});

test('many pay at once', async () => {
  const who = await payer('crowd');
  const { paid, earned } = await moved(who, async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => who.fetch(url('/weather'))));
    assert.deepEqual(new Set(answers.map((a) => a.status)), new Set([200]));
  });
  assert.deepEqual([paid, earned], [20n * CENT, 20n * CENT]);
});

test('an empty purse is told so', async () => {
  const who = await payer('poor', 5n);
  const { send } = await pay(who, '/weather');
  const answer = await send();
  assert.equal(answer.status, 402);
  assert.equal(asked(answer).error, 'invalid_exact_evm_insufficient_balance');
});

test('a facilitator that is down settles nothing, and comes back', async () => {
  const who = await payer('down');
  const { send, used } = await pay(who, '/weather');
  const { paid } = await moved(who, async () => {
    await w.ask('/facilitator', { up: false });
    assert.notEqual((await send()).status, 200);
    await w.ask('/facilitator', { up: true, settle: false });
    const unsettled = await send();
    assert.notEqual(unsettled.status, 200);
    assert.equal(await used(), false);
    await w.ask('/facilitator', { settle: true });
    assert.equal((await send()).status, 200);
  });
  assert.equal(paid, CENT);
});

describe('honest routes', () => {
  const served = (route, amount, check = () => {}) =>
    test(route, async () => {
      const who = await payer(route, 1_000n * DOLLARS);
      const { result, paid, earned } = await moved(who, () => who.fetch(url(route)));
      assert.equal(result.status, 200);
      assert.deepEqual([paid, earned], [amount, amount]);
      await check(result);
    });
  served('/atlas', 6n * DOLLARS);
  served('/report', 600n * DOLLARS);
  served('/upfront', CENT, async () => {
    assert.equal(asked(await get('/upfront')).accepts[0].extra.paymentFlow, 'upfront');
  });
  served('/long-timeout', CENT, async () => {
    assert.equal(asked(await get('/long-timeout')).accepts[0].maxTimeoutSeconds, 86_400);
  });
  served('/big-body', CENT, async (answer) => assert.equal((await answer.arrayBuffer()).byteLength, 5 * 1024 * 1024));
  served('/free', 0n);
  served('/v1', CENT, (answer) => assert.equal(decode(answer.headers.get('x-payment-response')).success, true));

  test('/echo', async () => {
    const who = await payer('echo');
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
    const { result, paid } = await moved(who, () => who.fetch(url('/echo'), init));
    assert.deepEqual([result.status, await result.json(), paid], [200, { echo: { a: 1 } }, CENT]);
  });

  test('/v1 asks in its body only', async () => {
    const answer = await get('/v1');
    const body = await answer.json();
    assert.deepEqual([answer.status, body.x402Version, body.accepts[0].maxAmountRequired], [402, 1, '10000']);
    assert.equal(answer.headers.get('payment-required'), null);
  });

  test('/slow-402', async () => {
    const started = performance.now();
    const answer = await get('/slow-402');
    assert.equal(answer.status, 402);
    assert.ok(performance.now() - started >= 2_950);
    const who = await payer('slow');
    const { send } = await pay(who, '/slow-402', { question: asked(answer) });
    assert.equal((await send()).status, 200);
  });

  test('/boom fails after verification and settles nothing', async () => {
    const who = await payer('boom');
    const { send, used } = await pay(who, '/boom');
    const { result, paid, earned } = await moved(who, send);
    assert.deepEqual([result.status, paid, earned, await used()], [500, 0n, 0n, false]);
  });
});

describe('hostile routes', () => {
  test('/greedy asks for more, and cashes it', async () => {
    const who = await payer('greedy');
    const first = await pay(who, '/greedy');
    assert.equal(first.payload.accepted.amount, '10000');
    const more = await first.send();
    assert.equal(more.status, 402);
    assert.equal(asked(more).accepts[0].amount, '5000000');
    const second = await pay(who, '/greedy', { question: asked(more) });
    const { result, paid } = await moved(who, second.send);
    assert.deepEqual([result.status, paid], [200, 5n * DOLLARS]);
  });

  test('/forever never has enough', async () => {
    const who = await payer('forever');
    const { paid } = await moved(who, async () => {
      for (let i = 0; i < 3; i += 1) {
        const { send } = await pay(who, '/forever');
        assert.equal((await send()).status, 402);
      }
    });
    assert.equal(paid, 0n);
  });

  test('/hang never answers', async () => {
    const who = await payer('hang');
    await w.ask('/forget', {});
    const { send, used } = await pay(who, '/hang', { init: { signal: AbortSignal.timeout(1_000) } });
    const hanging = assert.rejects(send(), { name: 'TimeoutError' });
    await w.ask('/hits?route=/hang&payments=1&within_ms=2000');
    await hanging;
    assert.equal(await used(), false);
  });

  test('how long a signature is to be good can be said', async () => {
    const who = await payer('patience');
    const short = async (route, query) => asked(await fetch(url(route) + query)).accepts[0].maxTimeoutSeconds;
    assert.equal(await short('/hang', ''), 60);
    assert.equal(await short('/hang', '?max_timeout_s=8'), 8);
    assert.equal(await short('/hang', '?max_timeout_s=-1'), 60);
    const pays = await moved(who, () => who.fetch(`${url('/markup')}?max_timeout_s=8`));
    assert.deepEqual([pays.result.status, pays.paid], [200, CENT]);
  });

  test('/close hangs up', async () => {
    const who = await payer('close');
    const { send, used } = await pay(who, '/close');
    await assert.rejects(send(), TypeError);
    assert.equal(await used(), false);
  });

  test('/settle-then-500 takes the money and says nothing', async () => {
    const who = await payer('settle-then-500');
    const { send, used } = await pay(who, '/settle-then-500');
    const { result, paid } = await moved(who, send);
    assert.deepEqual([result.status, receipt(result), paid, await used()], [500, null, CENT, true]);
  });

  test('/lies about settling', async () => {
    const who = await payer('lies');
    const { send, used } = await pay(who, '/lies');
    const { result, paid } = await moved(who, send);
    assert.deepEqual([result.status, receipt(result).success, paid, await used()], [200, true, 0n, false]);
    const call = { jsonrpc: '2.0', id: 1, method: 'eth_getTransactionReceipt', params: [receipt(result).transaction] };
    const chain = await fetch(w.about.rpc, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(call) });
    assert.equal((await chain.json()).result, null);
  });

  test('/unknown-flow: the reference client will not, a careless one pays', async () => {
    const who = await payer('unknown-flow');
    const question = asked(await get('/unknown-flow'));
    assert.equal(question.accepts[0].extra.paymentFlow, 'teleport');
    await assert.rejects(pay(who, '/unknown-flow'), /recognized paymentFlow/);
    delete question.accepts[0].extra.paymentFlow;
    const { send } = await pay(who, '/unknown-flow', { question });
    const { result, paid } = await moved(who, send);
    assert.deepEqual([result.status, paid], [200, CENT]);
  });

  test('/wrong-token is a real token that calls itself USDC', async () => {
    const who = await payer('wrong-token');
    const { lookalike } = w.about;
    await w.ask('/mint', { to: who.account.address, amount_atomic: '10000', token: lookalike });
    const { payload, send } = await pay(who, '/wrong-token');
    assert.equal(payload.accepted.asset, lookalike);
    const { result, paid } = await moved(who, send);
    assert.deepEqual([result.status, paid], [200, 0n]);
    assert.equal((await w.ask(`/balance?of=${who.account.address}&token=${lookalike}`)).balance_atomic, '0');
  });

  test('/wrong-network cannot be settled here', async () => {
    const who = await payer('wrong-network');
    const { payload, send } = await pay(who, '/wrong-network');
    assert.equal(payload.accepted.network, 'eip155:1');
    const { result, paid } = await moved(who, send);
    assert.deepEqual([result.status, receipt(result).success, paid], [402, false, 0n]);
  });

  test('/huge', async () => {
    const { accepts } = asked(await get('/huge'));
    assert.equal(BigInt(accepts[0].amount), 10n ** 30n);
  });

  test('/markup is payable, and says terrible things', async () => {
    const who = await payer('markup');
    const question = asked(await get('/markup'));
    for (const bad of ['<script>', 'javascript:', '\u202e', '\u0000', '\u001b', '\u200b']) {
      assert.ok(question.resource.description.includes(bad), JSON.stringify(bad));
    }
    const { send } = await pay(who, '/markup', { question });
    const { result, paid } = await moved(who, send);
    assert.deepEqual([result.status, paid], [200, CENT]);
  });

  test('/markup-domain: a signature over that name is worth nothing', async () => {
    const who = await payer('markup-domain');
    const { send } = await pay(who, '/markup-domain');
    const { result, paid } = await moved(who, send);
    assert.deepEqual([result.status, paid], [402, 0n]);
  });

  test('/redirect leads to another origin', async () => {
    const answer = await get('/redirect');
    assert.deepEqual([answer.status, answer.headers.get('location')], [302, `${w.about.elsewhere}/landing`]);
    assert.notEqual(new URL(w.about.elsewhere).origin, new URL(w.about.server).origin);
    const there = await get('/redirect', { redirect: 'follow' });
    assert.deepEqual([there.status, asked(there).accepts[0].amount], [402, '10000']);
  });

  test('/redirect-paid: whoever follows with the payment has paid somebody else', async () => {
    const who = await payer('redirect-paid');
    await w.ask('/forget', {});
    const careful = await pay(who, '/redirect-paid');
    assert.equal((await careful.send()).status, 302);
    assert.equal(await careful.used(), false);
    const careless = await pay(who, '/redirect-paid', { init: { redirect: 'follow' } });
    const { result, paid } = await moved(who, careless.send);
    assert.deepEqual([result.status, paid], [200, CENT]);
    assert.equal((await w.ask('/hits')).routes['elsewhere:/landing'].payments, 1);
  });
});
