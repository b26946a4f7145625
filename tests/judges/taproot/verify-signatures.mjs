// Judges BIP-340 signatures with @noble/curves, and with bitcoinjs-lib that the key they verify under is the output of an internal key.
//
//   standard input: [{"outputKey", "digest", "signature", "internalKey"?, "merkleRoot"?, "address"?}, …], hexadecimal but the address
//   standard output: {"checked": n, "invalid": [indices whose signature does not hold], "misaddressed": [indices whose output is another key's]}

import { readFileSync } from 'node:fs';
import { schnorr } from '@noble/curves/secp256k1.js';
import * as curve from 'tiny-secp256k1';
import * as bitcoin from 'bitcoinjs-lib';

bitcoin.initEccLib(curve);
const bytes = hex => Uint8Array.from(Buffer.from(hex, 'hex'));
const verifies = s => {
  try {
    return schnorr.verify(bytes(s.signature), bytes(s.digest), bytes(s.outputKey));
  } catch {
    return false; // not even a signature
  }
};
// Tweaked by its scripts' root, or by there being none; and paid to by that address.
const pays = s => {
  if (s.internalKey === undefined) return true;
  const made = bitcoin.payments.p2tr({ internalPubkey: bytes(s.internalKey), ...(s.merkleRoot ? { hash: bytes(s.merkleRoot) } : {}) });
  return Buffer.from(made.pubkey).toString('hex') === s.outputKey && (s.address === undefined || made.address === s.address);
};

const asked = JSON.parse(readFileSync(0, 'utf8'));
const indices = wrong => asked.map((s, i) => (wrong(s) ? i : -1)).filter(i => i >= 0);
console.log(JSON.stringify({ checked: asked.length, invalid: indices(s => !verifies(s)), misaddressed: indices(s => !pays(s)) }));
