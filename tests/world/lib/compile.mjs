// contracts/*.sol -> artifacts/*.json, only when a source or the compiler changed.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

const home = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);

/** The compiled contract: { abi, bytecode, key }. `compiled` says whether solc had to run. */
export function artifact(name) {
  const source = fs.readFileSync(path.join(home, 'contracts', `${name}.sol`), 'utf8');
  const versions = ['solc', '@openzeppelin/contracts'].map((dep) => require(`${dep}/package.json`).version);
  const key = createHash('sha256').update(JSON.stringify([source, versions])).digest('hex');
  const file = path.join(home, 'artifacts', `${name}.json`);
  if (fs.existsSync(file)) {
    const kept = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (kept.key === key) return { ...kept, compiled: false };
  }
  const made = { ...compile(name, source), key };
  fs.mkdirSync(path.dirname(file), { recursive: true });
  // Two worlds may start at once: each writes its own file, the last rename wins with equal content.
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, JSON.stringify(made));
  fs.renameSync(draft, file);
  return { ...made, compiled: true };
}

function compile(name, content) {
  const solc = require('solc'); // slow to load, so only here
  const input = {
    language: 'Solidity',
    sources: { [name]: { content } },
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { [name]: { [name]: ['abi', 'evm.bytecode.object'] } },
    },
  };
  const find = (wanted) => {
    try {
      return { contents: fs.readFileSync(require.resolve(wanted), 'utf8') };
    } catch (error) {
      return { error: error.message };
    }
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find }));
  const errors = (output.errors ?? []).filter((e) => e.severity === 'error');
  if (errors.length) throw new Error(errors.map((e) => e.formattedMessage).join('\n'));
  const { abi, evm } = output.contracts[name][name];
  return { abi, bytecode: `0x${evm.bytecode.object}` };
}
