// Transactions for the chain of run-chain.mjs: the coin and a token, in every format, each to a receiver of its own, signed by ethers.
//
//   node chain-transactions.mjs
//
// Prints { token, holders, transactions: [{ name, unsigned, signature, publicKey, from }] }: hex without 0x where it is ours to read.
import { Interface, SigningKey, Transaction, computeAddress, getAddress, getCreateAddress } from 'ethers';
import { Seeded } from './seeded.mjs';
import senders from './senders.cjs';

const CHAIN_ID = 31337n;
const PER_FORMAT = 6;

const random = new Seeded('chain transactions');
const erc20 = new Interface(['function transfer(address,uint256)', 'function approve(address,uint256)', 'function transferFrom(address,address,uint256)']);
const account = privateKey => { const key = new SigningKey(privateKey); return { key, address: computeAddress(key), nonce: 0 }; };
const payer = account(senders.payer), spender = account(senders.spender);
const token = getCreateAddress({ from: computeAddress(senders.deployer), nonce: 0 });
const receiver = () => getAddress(random.hex(20));
const some = () => 1n + random.number(60);

const formats = {
  'without chain id': { type: 0, chainId: 0n, gasPrice: 3_000_000_000n },
  'EIP-155': { type: 0, chainId: CHAIN_ID, gasPrice: 3_000_000_000n },
  'EIP-2930': { type: 1, chainId: CHAIN_ID, gasPrice: 3_000_000_000n, accessList: [{ address: token, storageKeys: ['0x' + '00'.repeat(32)] }] },
  'EIP-1559': { type: 2, chainId: CHAIN_ID, maxFeePerGas: 4_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n },
};

const transactions = [];
function add(name, sender, format, fields) {
  const transaction = Transaction.from({ ...format, nonce: sender.nonce++, gasLimit: 120_000n, ...fields });
  const signature = sender.key.sign(transaction.unsignedHash);
  transactions.push({
    name, unsigned: transaction.unsignedSerialized.slice(2), signature: signature.r.slice(2) + signature.s.slice(2) + '0' + signature.yParity,
    publicKey: sender.key.compressedPublicKey.slice(2), from: sender.address,
  });
}

for (const [name, format] of Object.entries(formats)) {
  for (let i = 0; i < PER_FORMAT; i++) {
    add(`${name}: coin`, payer, format, { to: receiver(), value: some() });
    add(`${name}: token`, payer, format, { to: token, value: 0n, data: erc20.encodeFunctionData('transfer', [receiver(), some()]) });
  }
  const allowed = some();
  add(`${name}: allowance`, payer, format, { to: token, value: 0n, data: erc20.encodeFunctionData('approve', [spender.address, allowed]) });
  add(`${name}: token by allowance`, spender, format, { to: token, value: 0n, data: erc20.encodeFunctionData('transferFrom', [payer.address, receiver(), allowed - (allowed >> 1n)]) });
}
console.log(JSON.stringify({ token, transactions }));
