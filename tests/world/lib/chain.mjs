// The chain: anvil on a free loopback port, with the dollar token where everybody expects USDC.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { createPublicClient, createWalletClient, encodeFunctionData, http, nonceManager, publicActions } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { baseSepolia } from 'viem/chains';
import { artifact } from './compile.mjs';
import { within } from './time.mjs';

const ANVIL = '1.7.1';
export const CHAIN_ID = 84532;
export const NETWORK = `eip155:${CHAIN_ID}`;
/** USDC on Base Sepolia: the address in every x402 SDK's table of known assets. */
export const USDC = '0x036CbD53842c5426634e7929541eC2318f3dCF7e';

// anvil's public development phrase: worthless everywhere else.
const PHRASE = 'test test test test test test test test test test test junk';
const account = (addressIndex) => mnemonicToAccount(PHRASE, { addressIndex, nonceManager });
export const deployer = account(0);
export const facilitatorAccount = account(1);
export const payee = account(2).address;

/** anvil's own program. (Its npm wrapper would want an install script to have run.) */
function anvilProgram() {
  const cpu = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  const name = `@foundry-rs/anvil-${process.platform}-${cpu}`;
  try {
    const { version, dir } = here(name);
    if (version !== ANVIL) throw new Error(`version ${version}`);
    return path.join(dir, 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil');
  } catch {
    throw new Error(`no anvil here: in tests/world, npm install --no-save ${name}@${ANVIL}`);
  }
}

function here(name) {
  const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return { dir: path.dirname(file), version: JSON.parse(fs.readFileSync(file, 'utf8')).version };
}

/** Starts the chain and sets it up. `onDeath` is called when it ends without being asked to. */
export async function startChain({ onDeath }) {
  // An idle chain's clock would lag behind the signer's, and fresh authorizations would be "not yet
  // valid": hence a block every second. Mixed: transactions do not wait for it.
  const args = ['--host', '127.0.0.1', '--port', '0', '--chain-id', String(CHAIN_ID),
    '--block-time', '1', '--mixed-mining', '--no-cors'];
  const guard = spawn(process.execPath, [path.join(import.meta.dirname, 'guard.mjs'), anvilProgram(), ...args],
    { stdio: ['pipe', 'pipe', 'pipe'] });
  guard.stdin.on('error', () => {});
  let ending = false;
  const ended = new Promise((resolve) => guard.on('exit', resolve));
  const chain = {
    pid: undefined,
    async stop() {
      ending = true;
      guard.stdin.end();
      await within(10_000, 'anvil to end', ended);
    },
  };
  try {
    const rpc = await within(20_000, 'anvil to listen', listening(guard, chain));
    ended.then(() => ending || onDeath(new Error('anvil ended by itself')));
    return Object.assign(chain, { rpc }, await furnish(rpc));
  } catch (error) {
    await chain.stop();
    throw error;
  }
}

function listening(guard, chain) {
  return new Promise((resolve, reject) => {
    let last = '';
    createInterface({ input: guard.stderr }).on('line', (line) => {
      if (/^pid \d+$/.test(line)) chain.pid = Number(line.slice(4));
      else last = line;
    });
    // It writes a few lines a block for as long as it lives: they are read and dropped.
    createInterface({ input: guard.stdout }).on('line', (line) => {
      const at = /^Listening on (127\.0\.0\.1:\d+)/.exec(line);
      if (at) resolve(`http://${at[1]}`);
    });
    guard.on('error', reject);
    guard.on('exit', (code) => reject(new Error(`anvil ended with ${code}: ${last}`)));
  });
}

async function furnish(rpc) {
  // viem carries Multicall3's real bytecode, but under no public name.
  const file = path.join(here('viem').dir, '_esm/constants/contracts.js');
  const { multicall3Bytecode } = await import(pathToFileURL(file));
  const chain = { ...baseSepolia, rpcUrls: { default: { http: [rpc] } } };
  const transport = http(rpc, { retryCount: 2, timeout: 10_000 });
  const reader = createPublicClient({ chain, transport, pollingInterval: 50, cacheTime: 0 });
  const call = (method, ...params) => reader.request({ method, params }, { retryCount: 0 });
  const signerFor = (who) =>
    createWalletClient({ account: who, chain, transport, pollingInterval: 50, cacheTime: 0 }).extend(publicActions);

  // The deployer's transactions go out one after another; anvil signs for it.
  let turn = Promise.resolve();
  const send = (tx) => {
    const sent = turn.then(async () => {
      const hash = await call('eth_sendTransaction', { from: deployer.address, ...tx });
      const receipt = await reader.waitForTransactionReceipt({ hash, timeout: 10_000 });
      if (receipt.status !== 'success') throw new Error(`transaction ${hash} reverted`);
      return receipt;
    });
    turn = sent.catch(() => {});
    return sent;
  };
  const deployAt = async (bytecode, address) => {
    const { contractAddress } = await send({ data: bytecode });
    await call('anvil_setCode', address, await call('eth_getCode', contractAddress, 'latest'));
    return contractAddress;
  };

  const { abi, bytecode, compiled } = artifact('Dollar');
  // The first copy stays: a token that calls itself USDC too, at an address nobody knows.
  const lookalike = await deployAt(bytecode, USDC);
  // Facilitators ask through Multicall3 why a payment would fail; without it they can only say "simulation".
  await deployAt(multicall3Bytecode, baseSepolia.contracts.multicall3.address);

  const read = (functionName, args, address = USDC) => reader.readContract({ address, abi, functionName, args });
  const seen = [await read('name'), await read('version'), await read('decimals')].join(' ');
  if (seen !== 'USDC 2 6') throw new Error(`the token answers ${seen}`);
  return {
    lookalike,
    compiled,
    signerFor,
    balance: (of, token = USDC) => read('balanceOf', [of], token),
    authorizationUsed: (authorizer, nonce) => read('authorizationState', [authorizer, nonce]),
    mint: (to, amount, token = USDC) =>
      send({ to: token, data: encodeFunctionData({ abi, functionName: 'mint', args: [to, amount] }) }),
  };
}
