// Puts a token and then signed transactions onto a hardhat chain within this process, and says what moved.
//
//   echo '{"transactions":[{"raw":"0x..","holders":["0x.."],"allowance":["0xowner","0xspender"] or null}]}' | node run-chain.mjs
//
// holders: whose balances are read before and after. Prints
// { token, results: [{ hash, status, fee, coin: { holder: moved }, tokens: { holder: moved }, allowance: amount or null }] }, numbers as decimal text.
// The compiler is npm's solc; nothing is downloaded and no port is opened.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BrowserProvider, ContractFactory, Wallet, computeAddress } from 'ethers';
import { readInput } from './input.mjs';
import senders from './senders.cjs';

const folder = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const SUPPLY = 10n ** 24n;

function compile() {
  const solc = require('solc');
  const output = JSON.parse(solc.compile(JSON.stringify({
    language: 'Solidity',
    sources: { 'Token.sol': { content: readFileSync(join(folder, 'Token.sol'), 'utf8') } },
    settings: { evmVersion: 'paris', outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  })));
  const errors = (output.errors ?? []).filter(e => e.severity === 'error');
  if (errors.length) throw new Error(errors.map(e => e.formattedMessage).join('\n'));
  return output.contracts['Token.sol'].Token;
}

process.chdir(folder);
process.env.HARDHAT_CONFIG = join(folder, 'hardhat.config.cjs');
process.env.HARDHAT_DISABLE_TELEMETRY_PROMPT = 'true';

const input = await readInput();
const { abi, evm } = compile();
const chain = require('hardhat').network.provider;
const provider = new BrowserProvider(chain, 31337, { cacheTimeout: -1 });
const deployer = new Wallet(senders.deployer, provider);
const token = await (await new ContractFactory(abi, evm.bytecode.object, deployer).deploy(computeAddress(senders.payer), SUPPLY)).waitForDeployment();

const read = async holders => Object.fromEntries(await Promise.all(holders.map(async h => [h, { coin: await provider.getBalance(h), tokens: await token.balanceOf(h) }])));
const results = [];
for (const { raw, holders, allowance } of input.transactions) {
  const before = await read(holders);
  const hash = await chain.send('eth_sendRawTransaction', [raw]);
  const receipt = await chain.send('eth_getTransactionReceipt', [hash]);
  const after = await read(holders);
  const moved = what => Object.fromEntries(holders.map(h => [h, (after[h][what] - before[h][what]).toString()]));
  results.push({
    hash, status: Number(receipt.status), fee: (BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice)).toString(),
    coin: moved('coin'), tokens: moved('tokens'), allowance: allowance ? (await token.allowance(...allowance)).toString() : null,
  });
}
console.log(JSON.stringify({ token: await token.getAddress(), results }));
process.exit(0); // the chain keeps timers
