// Makes tests/Vectors/evm: hashes by @noble/hashes, addresses and transactions by ethers. Deterministic: one seed, the same files.
//
//   node make-vectors.mjs ../../Vectors/evm
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { SigningKey, computeAddress, hashMessage } from 'ethers';
import { Seeded } from './seeded.mjs';
import { make } from './transactions.mjs';

const folder = process.argv[2];
const write = (name, list) => writeFileSync(join(folder, name), '[\n' + list.map(v => JSON.stringify(v)).join(',\n') + '\n]\n');
const hex = bytes => Buffer.from(bytes).toString('hex');

// The rate is 136 bytes: what stands at a block's edge is where padding goes wrong.
const hashing = new Seeded('keccak vectors');
const lengths = [0, 1, 2, 3, 31, 32, 33, 55, 56, 64, 71, 72, 134, 135, 136, 137, 138, 200, 271, 272, 273, 407, 408, 409, 1000, 4096];
write('keccak256.json', lengths.map(n => { const message = hashing.bytes(n); return { message: hex(message), hash: hex(keccak_256(message)) }; }));

const keys = new Seeded('address vectors');
write('addresses.json', Array.from({ length: 64 }, () => {
  const key = new SigningKey(keys.hex(32));
  return { publicKey: key.compressedPublicKey.slice(2), address: computeAddress(key) };
}));

const drawing = new Seeded('transaction vectors');
write('transactions.json', Array.from({ length: 200 }, (_, index) => make(drawing, index < 20)));

const speaking = new Seeded('message vectors');
const texts = ['hello', ' ', 'a\nb\tc', 'Überweisung 42 ✓ 日本', 'x'.repeat(9), 'x'.repeat(10), 'x'.repeat(99), 'x'.repeat(100), 'x'.repeat(1000),
  'example.org wants you to sign in with your Ethereum account:\n0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n\nNonce: 32891756'];
const foreign = ['\r\n', 'a\u0000b', 'a\u202eb', 'a\u200bb', '\ufeffa', 'a\u2028b'].map(t => Buffer.from(t, 'utf8'));
const messages = [...texts.map(t => [Buffer.from(t, 'utf8'), t]), ...[...foreign, Buffer.from([0xc3, 0x28]), Buffer.from([0xff]), speaking.bytes(32), speaking.bytes(200)].map(b => [b, null])];
write('messages.json', messages.map(([message, text]) => {
  const key = new SigningKey(speaking.hex(32));
  const digest = hashMessage(message), signature = key.sign(digest);
  return {
    message: message.toString('hex'), text, publicKey: key.compressedPublicKey.slice(2), from: computeAddress(key), digest: digest.slice(2),
    signature: signature.r.slice(2) + signature.s.slice(2) + '0' + signature.yParity, signed: signature.serialized.slice(2),
  };
}));
