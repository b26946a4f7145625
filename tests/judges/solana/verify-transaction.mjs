// Judges one signed Solana transaction with software that is not ours.
//
//   echo '{"transaction":"<base64>"}' | node verify-transaction.mjs
//
// Prints one JSON line; exit code 0 only if every required signature verifies. 1: a signature does not. 2: not a transaction.

import { SystemInstruction, SystemProgram, Transaction, TransactionInstruction, VersionedTransaction } from '@solana/web3.js';
import nacl from 'tweetnacl';

const MAX_INPUT = 64 * 1024;

async function readInput() {
  const chunks = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    size += chunk.length;
    if (size > MAX_INPUT) throw new Error(`more than ${MAX_INPUT} bytes of input`);
    chunks.push(chunk);
  }
  const { transaction } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof transaction !== 'string') throw new Error('expected {"transaction": "<base64>"}');
  return Buffer.from(transaction, 'base64');
}

function transfers(message) {
  const keys = message.staticAccountKeys;
  return message.compiledInstructions
    .filter(i => keys[i.programIdIndex].equals(SystemProgram.programId) && i.accountKeyIndexes.every(k => k < keys.length))
    .map(i => new TransactionInstruction({
      programId: keys[i.programIdIndex],
      keys: i.accountKeyIndexes.map(k => ({ pubkey: keys[k], isSigner: message.isAccountSigner(k), isWritable: message.isAccountWritable(k) })),
      data: Buffer.from(i.data),
    }))
    .filter(i => SystemInstruction.decodeInstructionType(i) === 'Transfer')
    .map(i => SystemInstruction.decodeTransfer(i))
    .map(t => ({ from: t.fromPubkey.toBase58(), to: t.toPubkey.toBase58(), lamports: t.lamports.toString() }));
}

let raw, transaction;
try {
  raw = await readInput();
  transaction = VersionedTransaction.deserialize(raw);
} catch (error) {
  console.log(JSON.stringify({ valid: false, reason: `not a transaction: ${error.message}` }));
  process.exit(2);
}

const { message, signatures } = transaction;
const bytes = message.serialize();
const signers = message.staticAccountKeys.slice(0, message.header.numRequiredSignatures);
const failed = signers.filter((s, i) => signatures[i] === undefined || !nacl.sign.detached.verify(bytes, signatures[i], s.toBytes())).map(s => s.toBase58());
const complete = signatures.length === signers.length;
// web3.js verifies legacy transactions itself as well.
const agreed = message.version !== 'legacy' || Transaction.from(raw).verifySignatures(true);
const valid = failed.length === 0 && complete && agreed;

console.log(JSON.stringify({
  valid,
  ...(valid ? {} : { reason: failed.length > 0 ? `signatures that do not verify: ${failed.join(', ')}` : 'signatures and signers do not match' }),
  version: message.version,
  id: base58(signatures[0]),
  feePayer: signers[0].toBase58(),
  signers: signers.map(s => s.toBase58()),
  blockhash: message.recentBlockhash,
  transfers: transfers(message),
}));
process.exit(valid ? 0 : 1);

function base58(data) {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  let text = '';
  for (let value = BigInt('0x' + Buffer.from(data).toString('hex')); value > 0n; value /= 58n) text = alphabet[Number(value % 58n)] + text;
  for (const byte of data) { if (byte !== 0) break; text = '1' + text; }
  return text;
}
