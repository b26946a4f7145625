// Verifies signatures over SHA-256 of messages. Standard input: [{ scheme: "ecdsa-secp256k1" | "ecdsa-p256" | "bip340", key, message, signature }], byte strings in
// hexadecimal; ECDSA signatures are r ‖ s ‖ recovery id, keys are compressed, those of BIP-340 too. @noble/curves judges all, also recovery and low s; node's OpenSSL judges ECDSA.
// Prints { verified, refused: [index…] }.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));
const curves = { 'ecdsa-secp256k1': [secp256k1, 'secp256k1'], 'ecdsa-p256': [p256, 'P-256'] };

function ecdsa([curve, crv], key, message, signature) {
  const digest = createHash('sha256').update(message).digest();
  const compact = signature.subarray(0, 64);
  if (signature.length !== 65 || !curve.verify(compact, digest, key, { prehash: false, lowS: true })) return false;
  const [r, s] = [0, 32].map((at) => BigInt('0x' + Buffer.from(compact.subarray(at, at + 32)).toString('hex')));
  const point = curve.Point.fromBytes(key);
  if (!new curve.Signature(r, s, signature[64]).recoverPublicKey(digest).equals(point)) return false;
  const [x, y] = ['x', 'y'].map((name) => Buffer.from(point.toAffine()[name].toString(16).padStart(64, '0'), 'hex').toString('base64url'));
  const jwk = createPublicKey({ key: { kty: 'EC', crv, x, y }, format: 'jwk' });
  return verify('sha256', message, { key: jwk, dsaEncoding: 'ieee-p1363' }, compact);
}

let input = '';
for await (const chunk of process.stdin) input += chunk;
const [refused, given] = [[], JSON.parse(input)];
given.forEach(({ scheme, key, message, signature }, i) => {
  const [k, m, s] = [key, message, signature].map(bytes);
  const holds = scheme === 'bip340' ? schnorr.verify(s, createHash('sha256').update(m).digest(), k.subarray(1)) : ecdsa(curves[scheme], k, m, s);
  if (!holds) refused.push(i);
});
console.log(JSON.stringify({ verified: given.length - refused.length, refused }));
