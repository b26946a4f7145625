// Makes tests/Vectors/solana/messages.json: random transactions built by Solana's own libraries, with the effects they were built to have.
// The expectations come from what was asked of those libraries, never from our decoder.
//
//   npm install --no-save @solana/web3.js@1.99.0 @solana/spl-token@0.4.13 @solana/spl-memo@0.2.5
//   node make-vectors.mjs > ../../Vectors/solana/messages.json
//
// Deterministic: one seed, one file.

import {
  AddressLookupTableAccount, ComputeBudgetProgram, Ed25519Program, Keypair, PublicKey, StakeProgram, SystemProgram, Transaction,
  TransactionInstruction, TransactionMessage, VersionedTransaction,
} from '@solana/web3.js';
import {
  createApproveInstruction, createAssociatedTokenAccountIdempotentInstruction, createAssociatedTokenAccountInstruction, createCloseAccountInstruction,
  createTransferCheckedInstruction, createTransferInstruction, getAssociatedTokenAddressSync, TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import { createMemoInstruction } from '@solana/spl-memo';
import { createHash } from 'node:crypto';

const COUNT = 300;
const MAX_TRANSACTION = 1232;
const MEMO_V1 = new PublicKey('Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo');

// A hash in counter mode: any machine, the same bytes.
let counter = 0;
let pool = Buffer.alloc(0);
function bytes(n) {
  while (pool.length < n) {
    pool = Buffer.concat([pool, createHash('sha256').update(`solana vectors ${counter++}`).digest()]);
  }
  const taken = pool.subarray(0, n);
  pool = pool.subarray(n);
  return Buffer.from(taken);
}
const below = n => bytes(6).readUIntBE(0, 6) % n;
const pick = list => list[below(list.length)];
const chance = percent => below(100) < percent;
const keypair = () => Keypair.fromSeed(bytes(32));
const address = () => new PublicKey(bytes(32));
const u64 = () => pick([0n, 1n, 5_000n, 1_000_000_000n, 2n ** 53n + 1n, 2n ** 64n - 1n, bytes(8).readBigUInt64LE()]);
const opaque = () => ({ type: 'opaque' });

// Each returns [instruction, effect or null]; `who` are the keys that may sign.
const builders = {
  transfer(who) {
    const from = pick(who).publicKey, to = chance(10) ? from : address(), lamports = u64();
    return [SystemProgram.transfer({ fromPubkey: from, toPubkey: to, lamports }),
      { type: 'transfer', asset: 'SOL', source: from.toBase58(), destination: to.toBase58(), amount: lamports.toString() }];
  },
  tokenTransfer(who) {
    const source = address(), destination = address(), amount = u64();
    return [createTransferInstruction(source, destination, pick(who).publicKey, amount),
      { type: 'transfer', asset: 'unknown', source: source.toBase58(), destination: destination.toBase58(), amount: amount.toString() }];
  },
  tokenTransferChecked(who) {
    const source = address(), mint = address(), destination = address(), amount = u64();
    return [createTransferCheckedInstruction(source, mint, destination, pick(who).publicKey, amount, below(19)),
      { type: 'transfer', asset: mint.toBase58(), source: source.toBase58(), destination: destination.toBase58(), amount: amount.toString() }];
  },
  associatedCreate(who) {
    const payer = pick(who).publicKey, owner = keypair().publicKey, mint = address();
    const account = getAssociatedTokenAddressSync(mint, owner);
    const make = chance(50) ? createAssociatedTokenAccountInstruction : createAssociatedTokenAccountIdempotentInstruction;
    return [make(payer, account, owner, mint),
      { type: 'openAccount', asset: mint.toBase58(), owner: owner.toBase58(), account: account.toBase58(), payer: payer.toBase58() }];
  },
  memo(who) {
    const text = pick(['hello', '', 'Überweisung 42 ✓ 日本', 'x'.repeat(below(120)), bytes(12).toString('hex')]);
    const instruction = createMemoInstruction(text, chance(50) ? [pick(who).publicKey] : []);
    if (chance(25)) instruction.programId = MEMO_V1;
    return [instruction, { type: 'memo', text }];
  },
  // From here on: what is not understood.
  transferWithSeed(who) {
    return [SystemProgram.transfer({ fromPubkey: address(), basePubkey: pick(who).publicKey, toPubkey: address(), lamports: 5n, seed: 'seed', programId: SystemProgram.programId }), opaque()];
  },
  nonceAdvance(who) {
    return [SystemProgram.nonceAdvance({ noncePubkey: address(), authorizedPubkey: pick(who).publicKey }), opaque()];
  },
  assign(who) {
    return [SystemProgram.assign({ accountPubkey: pick(who).publicKey, programId: address() }), opaque()];
  },
  approve(who) {
    return [createApproveInstruction(address(), address(), pick(who).publicKey, u64()), opaque()];
  },
  closeAccount(who) {
    return [createCloseAccountInstruction(address(), address(), pick(who).publicKey), opaque()];
  },
  multisigTransfer(who) {
    return [createTransferCheckedInstruction(address(), address(), address(), address(), 7n, 6, [pick(who)]), opaque()];
  },
  token2022Transfer(who) {
    return [createTransferCheckedInstruction(address(), address(), address(), pick(who).publicKey, u64(), 6, [], TOKEN_2022_PROGRAM_ID), opaque()];
  },
  token2022Create(who) {
    const owner = keypair().publicKey, mint = address();
    return [createAssociatedTokenAccountInstruction(pick(who).publicKey, getAssociatedTokenAddressSync(mint, owner, false, TOKEN_2022_PROGRAM_ID), owner, mint, TOKEN_2022_PROGRAM_ID), opaque()];
  },
  stakeDeactivate(who) {
    return [StakeProgram.deactivate({ stakePubkey: address(), authorizedPubkey: pick(who).publicKey }).instructions[0], opaque()];
  },
  unknownProgram(who) {
    const keys = Array.from({ length: below(4) }, () => ({ pubkey: address(), isSigner: false, isWritable: chance(50) }));
    if (chance(50)) keys.push({ pubkey: pick(who).publicKey, isSigner: true, isWritable: chance(50) });
    return [new TransactionInstruction({ programId: address(), keys, data: bytes(below(40)) }), opaque()];
  },
  memoNotUtf8() {
    return [new TransactionInstruction({ programId: MEMO_V1, keys: [], data: Buffer.from([0xc3, 0x28]) }), opaque()];
  },
  precompile() {
    const signer = keypair();
    return [Ed25519Program.createInstructionWithPrivateKey({ privateKey: signer.secretKey, message: bytes(8) }), opaque()];
  },
};
const understood = ['transfer', 'transfer', 'transfer', 'tokenTransfer', 'tokenTransferChecked', 'tokenTransferChecked', 'associatedCreate', 'memo'];
const foreign = Object.keys(builders).filter(name => !understood.includes(name));

const PLAIN = 20; // the first ones: what our own builder makes

function make(index) {
  const plain = index < PLAIN;
  const who = Array.from({ length: plain ? 1 : pick([1, 1, 1, 2, 3]) }, keypair);
  const payer = who[0];
  const blockhash = address().toBase58();
  const names = plain ? ['transfer'] : Array.from({ length: 1 + below(4) }, () => chance(75) ? pick(understood) : pick(foreign));
  const built = names.map(name => [name, ...builders[name](who)]);

  // Compute budget instructions come anywhere and have no effect but the fee.
  let units = null, price = 0n;
  const budget = [];
  if (!plain && chance(35)) { units = pick([0, 1, 200_000, 1_400_000, 4_000_000_000]); budget.push(['unitLimit', ComputeBudgetProgram.setComputeUnitLimit({ units }), null]); }
  if (!plain && chance(35)) { price = u64(); budget.push(['unitPrice', ComputeBudgetProgram.setComputeUnitPrice({ microLamports: price }), null]); }
  if (!plain && chance(10)) budget.push(['heapFrame', ComputeBudgetProgram.requestHeapFrame({ bytes: 65_536 }), null]);
  for (const entry of budget) built.splice(below(built.length + 1), 0, entry);

  const instructions = built.map(b => b[1]);
  const kind = plain ? 'legacy' : pick(['legacy', 'v0', 'v0 lookup']);
  let message, transaction, tables = [];
  if (kind === 'legacy') {
    transaction = new Transaction({ feePayer: payer.publicKey, recentBlockhash: blockhash });
    transaction.add(...instructions);
    message = transaction.compileMessage();
  } else {
    if (kind === 'v0 lookup') {
      const others = instructions.flatMap(i => i.keys).filter(k => !k.isSigner).map(k => k.pubkey);
      const listed = [address(), ...others.filter(() => chance(40)), address()];
      tables = [new AddressLookupTableAccount({ key: address(), state: { deactivationSlot: 2n ** 64n - 1n, lastExtendedSlot: 0, lastExtendedSlotStartIndex: 0, addresses: listed } })];
    }
    message = new TransactionMessage({ payerKey: payer.publicKey, recentBlockhash: blockhash, instructions }).compileToV0Message(tables);
    transaction = new VersionedTransaction(message);
  }
  const serialized = Buffer.from(message.serialize());
  const signerCount = message.header.numRequiredSignatures;
  if (1 + 64 * signerCount + serialized.length > MAX_TRANSACTION) return null;

  const signers = message.staticAccountKeys.slice(0, signerCount);
  const signing = who.filter(k => signers.some(s => s.equals(k.publicKey)));
  if (kind === 'legacy') transaction.sign(...signing); else transaction.sign(signing);

  // The runtime's rule for what a table may carry: neither signers nor programs.
  const programs = new Set(instructions.map(i => i.programId.toBase58()));
  const signerNames = new Set(signers.map(s => s.toBase58()));
  const listed = new Set(tables.flatMap(t => t.state.addresses).map(a => a.toBase58()));
  const lookedUp = i => i.keys.some(k => { const a = k.pubkey.toBase58(); return listed.has(a) && !programs.has(a) && !signerNames.has(a); });
  const effects = built.filter(b => b[2] !== null).map(b => lookedUp(b[1]) ? opaque() : b[2]);

  const limit = BigInt(Math.min(units ?? 200_000 * instructions.length, 1_400_000));
  const priority = (price * limit + 999_999n) / 1_000_000n;
  const bounded = !names.includes('precompile');
  return {
    name: `${index} ${kind}: ${built.map(b => b[0]).join(', ')}`,
    message: serialized.toString('hex'),
    transaction: Buffer.from(transaction.serialize()).toString('base64'),
    blockhash,
    signers: signers.map(s => s.toBase58()),
    maxFee: bounded ? (5_000n * BigInt(signerCount) + priority).toString() : null,
    effects,
  };
}

const vectors = [];
while (vectors.length < COUNT) {
  const vector = make(vectors.length);
  if (vector !== null) vectors.push(vector);
}
process.stdout.write('[\n' + vectors.map(v => JSON.stringify(v)).join(',\n') + '\n]\n');
