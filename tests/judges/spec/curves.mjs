// The three groups of the specification (§1, §3.1) on @noble/curves' points; encodings and Hs are judged here.
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { be, os2ip, preimage, sha512, text } from './bytes.mjs';

function curve(name, Point, littleEndian) {
  const q = Point.Fn.ORDER;
  const mod = (x) => ((x % q) + q) % q;
  const turn = (b) => (littleEndian ? Buffer.from(b).reverse() : Buffer.from(b));
  return {
    name, q, mod,
    G: Point.BASE,
    O: Point.ZERO,
    pointSize: littleEndian ? 32 : 33,
    /** x·P; noble refuses 0 and O, which are legitimate in memory. */
    mul: (P, x) => (mod(x) === 0n || P.is0() ? Point.ZERO : P.multiplyUnsafe(mod(x))),
    sum: (points) => points.reduce((a, b) => a.add(b), Point.ZERO),
    inv: (x) => { if (mod(x) === 0n) throw new Error('inverse of zero'); return Point.Fn.inv(mod(x)); },
    enc: (P) => { if (P.is0()) throw new Error('O has no encoding'); return Buffer.from(P.toBytes(true)); },
    dec(b) {
      if (b.length !== this.pointSize || (!littleEndian && b[0] !== 2 && b[0] !== 3)) throw new Error('not an encoded point');
      const P = Point.fromBytes(Uint8Array.from(b));
      P.assertValidity();
      if (P.is0() || !P.isTorsionFree()) throw new Error('a point outside the group');
      return P;
    },
    encScalar: (x) => turn(be(mod(x), 32)),
    decScalar(b) {
      const x = os2ip(turn(b));
      if (b.length !== 32 || x >= q) throw new Error('not a canonical scalar');
      return x;
    },
    xOf: (P) => P.toAffine().x,
    yOdd: (P) => (P.toAffine().y & 1n) === 1n,
    /** Hs of §3.2. */
    Hs: (tag, ...fields) => os2ip(sha512(preimage(tag, [text(name), ...fields]))) % q,
    /** λ_i^S(at) of §1. */
    lagrange(S, i, at = 0) {
      let [num, den] = [1n, 1n];
      for (const m of S) if (m !== i) { num = mod(num * BigInt(at - m)); den = mod(den * BigInt(i - m)); }
      return mod(num * this.inv(den));
    },
  };
}

export const secp = curve('secp256k1', secp256k1.Point, false);
export const p256c = curve('P-256', p256.Point, false);
export const edwards = curve('edwards25519', ed25519.Point, true);
export const byName = Object.fromEntries([secp, p256c, edwards].map((c) => [c.name, c]));
export const identity = ed25519;
