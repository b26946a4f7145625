// Additive derivation of public keys, §11: BIP-32 (secp256k1), SLIP-0010 (P-256), soft BIP32-Ed25519.
import { createHmac } from 'node:crypto';
import { cat, os2ip, u8, u32 } from './bytes.mjs';

const hmac = (key, ...parts) => createHmac('sha512', key).update(cat(parts)).digest();
const le = (b) => os2ip(Buffer.from(b).reverse());

function edwardsStep(curve, P, cc, index) {
  const i = Buffer.from(u32(index)).reverse();
  const Z = hmac(cc, u8(2), curve.enc(P), i);
  return { tau: curve.mod(8n * le(Z.subarray(0, 28))), cc: hmac(cc, u8(3), curve.enc(P), i).subarray(32) };
}

function weierstrassStep(curve, P, cc, index) {
  for (let I = hmac(cc, curve.enc(P), u32(index)); ; I = hmac(cc, u8(1), I.subarray(32), u32(index))) {
    const tau = os2ip(I.subarray(0, 32));
    if (tau < curve.q && !P.add(curve.mul(curve.G, tau)).is0()) return { tau, cc: I.subarray(32) };
    if (curve.name === 'secp256k1') throw new Error('an index without a child');
  }
}

/** The sum τ of the path, P + τ·G and the last chain code. */
export function derive(curve, P, cc, path) {
  let tau = 0n;
  for (const index of path) {
    if (index >= 2 ** 31) throw new Error('a hardened index');
    const step = (curve.name === 'edwards25519' ? edwardsStep : weierstrassStep)(curve, P, cc, index);
    tau = curve.mod(tau + step.tau);
    P = P.add(curve.mul(curve.G, step.tau));
    cc = step.cc;
  }
  if (P.is0()) throw new Error('the derived key is O');
  return { P, tau, cc };
}
