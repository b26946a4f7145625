// Online signing, §13: request, every signer's reply, and the signature with its recovery id.
import { be, cat, H, os2ip, u32, u8 } from './bytes.mjs';
import { derive } from './derivation.mjs';

const must = (ok, what) => { if (!ok) throw new Error(what); };

export const requestOf = ({ osid, t2, kh, digest, path, entropy, application }) =>
  cat(osid, t2, kh, digest, u8(path.length), path.map(u32), entropy, application);

/** signers: [{ pid, phi, u, v }]. Gives δ, τ, the replies, and the low-s signature r ‖ s ‖ recid that holds under P + τ·G. */
export function sign({ curve, kh, t2, P, chainCode, R, signers, osid, digest, path, entropy }) {
  const e = curve.mod(os2ip(digest));
  must(digest.length === 32 && e !== 0n, 'digest');
  const child = derive(curve, P, chainCode, path);
  const delta = curve.Hs('ecdsa-rerand', t2, kh, curve.enc(P), curve.encScalar(child.tau), digest, curve.enc(R), osid, entropy);
  const shifted = R.add(curve.mul(curve.G, delta));
  must(!shifted.is0(), "R'");
  const x = curve.mod(curve.xOf(shifted));
  must(x !== 0n, "x'");
  const g = H('ps-online', t2, osid, curve.encScalar(delta));
  const replies = signers.map(({ pid, phi, u, v }) => {
    const uPrime = curve.mod(u + delta * phi);
    const w = curve.mod(e * phi + x * curve.mod(v + child.tau * phi));
    return { pid, u: uPrime, w, payload: cat(g, curve.encScalar(uPrime), curve.encScalar(w)) };
  });
  const [u, w] = ['u', 'w'].map((name) => curve.mod(replies.reduce((acc, r) => acc + r[name], 0n)));
  must(u !== 0n, 'u');
  let s = curve.mod(w * curve.inv(u));
  must(s !== 0n, 's');
  let recid = (curve.yOdd(shifted) ? 1 : 0) + (curve.xOf(shifted) >= curve.q ? 2 : 0);
  if (s > (curve.q - 1n) / 2n) [s, recid] = [curve.q - s, recid ^ 1];
  must(verify(curve, child.P, e, x, s), 'the signature does not hold');
  must(recover(curve, e, x, s, recid).equals(child.P), 'the recovery id names another key');
  return { e, x, s, recid, delta, ...child, publicKey: child.P, replies, signature: cat(be(x, 32), be(s, 32), u8(recid)) };
}

/** SEC 1 §4.1.4. */
export function verify(curve, P, e, r, s) {
  if (r < 1n || r >= curve.q || s < 1n || s >= curve.q) return false;
  const inverse = curve.inv(s);
  const point = curve.mul(curve.G, e * inverse).add(curve.mul(P, r * inverse));
  return !point.is0() && curve.mod(curve.xOf(point)) === r;
}

/** SEC 1 §4.1.6. */
export function recover(curve, e, r, s, recid) {
  const R = curve.dec(cat(u8(2 + (recid & 1)), be(r + (recid & 2 ? curve.q : 0n), 32)));
  const inverse = curve.inv(r);
  return curve.mul(R, s * inverse).subtract(curve.mul(curve.G, e * inverse));
}
