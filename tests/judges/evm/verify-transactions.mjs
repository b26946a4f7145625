// Judges signed transactions and message signatures with ethers: read strictly, written back the same, of this hash, from this sender.
//
//   echo '{"transactions":[{"raw":"0x..","hash":"0x..","from":"0x.."}],"messages":[{"message":"<hex>","signature":"0x..","from":"0x.."}]}' | node verify-transactions.mjs
//
// Prints { transactions, messages, wrong: ["what is wrong", ...] }. Exit code 2 if the input cannot be read.
import { Transaction, verifyMessage } from 'ethers';
import { readInput } from './input.mjs';

const input = await readInput();
const wrong = [];
const judge = (name, index, check) => {
  try {
    const problem = check();
    if (problem) wrong.push(`${name} ${index}: ${problem}`);
  } catch (error) {
    wrong.push(`${name} ${index}: ${error.message}`);
  }
};
input.transactions.forEach(({ raw, hash, from }, index) => judge('transaction', index, () => {
  const read = Transaction.from(raw);
  if (read.serialized !== raw) return 'another serialization';
  if (read.hash !== hash) return `hash ${read.hash}, not ${hash}`;
  return read.from === from ? null : `sender ${read.from}, not ${from}`;
}));
input.messages.forEach(({ message, signature, from }, index) => judge('message', index, () => {
  const signer = verifyMessage(Buffer.from(message, 'hex'), signature);
  return signer === from ? null : `signer ${signer}, not ${from}`;
}));
console.log(JSON.stringify({ transactions: input.transactions.length, messages: input.messages.length, wrong }));
