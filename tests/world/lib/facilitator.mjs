// A real facilitator (x402's own TypeScript one) over HTTP.
import { x402Facilitator } from '@x402/core/facilitator';
import { toFacilitatorEvmSigner } from '@x402/evm';
import { ExactEvmScheme } from '@x402/evm/exact/facilitator';
import { ExactEvmSchemeV1 } from '@x402/evm/exact/v1/facilitator';
import express from 'express';
import { facilitatorAccount, NETWORK } from './chain.mjs';
import { listen } from './listen.mjs';

const READING = ['readContract', 'verifyTypedData', 'waitForTransactionReceipt', 'getCode'];
const SENDING = ['writeContract', 'sendTransaction'];

export async function startFacilitator({ chain, witness }) {
  const wallet = chain.signerFor(facilitatorAccount);
  // Two transactions that are prepared at once get the same account nonce, and the chain refuses one of them.
  let turn = Promise.resolve();
  const inTurn = (send) => {
    const sent = turn.then(send);
    turn = sent.catch(() => {});
    return sent;
  };
  const signer = toFacilitatorEvmSigner({
    address: facilitatorAccount.address,
    ...Object.fromEntries(READING.map((method) => [method, (args) => wallet[method](args)])),
    ...Object.fromEntries(SENDING.map((method) => [method, (args) => inTurn(() => wallet[method](args))])),
  });
  const engine = new x402Facilitator()
    .register(NETWORK, new ExactEvmScheme(signer))
    .registerV1(['base-sepolia'], new ExactEvmSchemeV1(signer));

  // Down means what it means to a caller: the connection breaks. The port stays ours meanwhile.
  const state = { up: true, settle: true };
  const app = express().use(express.json({ limit: '1mb' }));
  app.get('/supported', (_req, res) => res.json(engine.getSupported()));
  app.post('/verify', async (req, res) => {
    const { paymentPayload, paymentRequirements } = req.body;
    res.json(await engine.verify(paymentPayload, paymentRequirements));
  });
  app.post('/settle', async (req, res) => {
    if (!state.settle) return res.destroy();
    const { paymentPayload, paymentRequirements } = req.body;
    const authorization = paymentPayload?.payload?.authorization;
    const entry = { payer: authorization?.from, amount_atomic: authorization?.value, nonce: authorization?.nonce };
    try {
      const result = await engine.settle(paymentPayload, paymentRequirements);
      witness.settled({ ...entry, success: result.success, transaction: result.transaction, reason: result.errorReason });
      res.json(result);
    } catch (error) {
      witness.settled({ ...entry, success: false, reason: error.message });
      throw error;
    }
  });
  app.use((error, _req, res, _next) => res.status(500).json({ error: error.message }));

  const { url, server, stop } = await listen(app);
  server.on('connection', (socket) => state.up || socket.destroy());
  return {
    url,
    stop,
    set({ up = state.up, settle = state.settle }) {
      Object.assign(state, { up, settle });
      if (!up) server.closeAllConnections();
      return { ...state };
    },
  };
}
