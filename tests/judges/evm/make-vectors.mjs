// Makes tests/Vectors/evm: hashes by @noble/hashes, addresses and transactions by ethers. Deterministic: one seed, the same files.
//
//   node make-vectors.mjs ../../Vectors/evm
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { SigningKey, computeAddress } from 'ethers';
import { Seeded } from './seeded.mjs';

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
