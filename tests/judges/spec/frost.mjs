// FROST, §19 and RFC 9591 §6.1 and §6.5, of suites (a), (b) and (c), replayed from the seed of a frozen run.
import { ed25519 } from '@noble/curves/ed25519.js';
import { schnorr } from '@noble/curves/secp256k1.js';
import { be, cat, H, hex, os2ip, sha256, sha512, text, u16, u32, u8, xor } from './bytes.mjs';
import { derive } from './derivation.mjs';
import { equal, must, source } from './random.mjs';

const le = (b) => os2ip(Buffer.from(b).reverse());

/** expand_message_xmd of RFC 9380 §5.3.1 with SHA-256, 48 bytes, then mod q (§5.2). */
export function hashToScalar(curve, domain, message) {
  const tail = cat(domain, u8(domain.length));
  const b0 = sha256(Buffer.alloc(64), message, u16(48), u8(0), tail);
  const b1 = sha256(b0, u8(1), tail);
  return os2ip(cat(b1, sha256(xor(b0, b1), u8(2), tail)).subarray(0, 48)) % curve.q;
}

export const tagged = (tag, ...parts) => sha256(sha256(text(tag)), sha256(text(tag)), ...parts);

/** H1–H5 of a suite, and the rest that differs. */
function suiteOf(name, curve) {
  const context = text({ 'frost-ed25519': 'FROST-ED25519-SHA512-v1', 'frost-secp256k1': 'FROST-secp256k1-SHA256-v1', 'frost-secp256k1-tr': 'FROST-secp256k1-SHA256-TR-v1' }[name]);
  const [wide, digest] = name === 'frost-ed25519'
    ? [(label, ...m) => curve.mod(le(sha512(context, text(label), ...m))), (label, ...m) => sha512(context, text(label), ...m)]
    : [(label, ...m) => hashToScalar(curve, cat(context, text(label)), cat(m)), (label, ...m) => sha256(context, text(label), ...m)];
  const plainKey = (child) => ({ P: child.P, share: (x) => curve.mod(x + child.tau) });
  const x = (P) => be(curve.xOf(P), 32);
  return {
    H1: (...m) => wide('rho', ...m), H3: (...m) => wide('nonce', ...m), H4: (...m) => digest('msg', ...m), H5: (...m) => digest('com', ...m),
    ...{
      'frost-ed25519': {
        key: plainKey,
        challenge: (R, P, m) => curve.mod(le(sha512(curve.enc(R), curve.enc(P), m))),
        negates: () => false,
        encode: (R, z) => cat(curve.enc(R), curve.encScalar(z)),
        verify: (P, m, signature) => ed25519.verify(signature, m, curve.enc(P), { zip215: false }),
      },
      'frost-secp256k1': {
        key: plainKey,
        challenge: (R, P, m) => wide('chal', curve.enc(R), curve.enc(P), m),
        negates: () => false,
        encode: (R, z) => cat(curve.enc(R), curve.encScalar(z)),
        verify(P, m, signature) {
          const [R, z] = [curve.dec(signature.subarray(0, 33)), curve.decScalar(signature.subarray(33))];
          return curve.mul(curve.G, z).equals(R.add(curve.mul(P, this.challenge(R, P, m))));
        },
      },
      'frost-secp256k1-tr': {
        /** §19.5 steps 1 to 3. */
        key(child, mode, root) {
          let [P, share] = [child.P, (s) => curve.mod(s + child.tau)];
          const even = () => { if (curve.yOdd(P)) { const before = share; P = P.negate(); share = (s) => curve.mod(-before(s)); } };
          even();
          if (mode === 1) {
            const t = os2ip(tagged('TapTweak', x(P), root));
            must(t < curve.q, 'TapTweak');
            const before = share;
            P = P.add(curve.mul(curve.G, t));
            share = (s) => curve.mod(before(s) + t);
            even();
          }
          return { P, share };
        },
        challenge: (R, P, m) => os2ip(tagged('BIP0340/challenge', x(R), x(P), m)) % curve.q,
        negates: (R) => curve.yOdd(R),
        encode: (R, z) => cat(x(R), curve.encScalar(z)),
        verify: (P, m, signature) => schnorr.verify(signature, m, x(P)),
      },
    }[name],
  };
}

/** One signature of a frozen run: commitments, request, shares and signature, byte for byte. */
export function signing(run, generated, s) {
  const { curve, parties } = generated;
  const suite = suiteOf(run.suite, curve);
  const key = generated.keys[s.key];
  const [mode, root, m] = [s.mode ?? 0, hex(s.root ?? ''), hex(s.message)];
  const child = derive(curve, key.P, key.chainCode, s.path);
  const { P, share } = suite.key(child, mode, root);
  equal(curve.enc(P), s.publicKey, 'effective key');

  const nonce = (random, x) => { for (;;) { const k = suite.H3(random.draw(32), curve.encScalar(x)); if (k !== 0n) return k; } };
  const signers = s.commitments.map(({ pid, payload }) => {
    const random = source(run.seed, `sign/${s.name ?? (s.path.length === 0 ? 'key' : 'child')}/${pid}`);
    const [d, e] = [nonce(random, key.share(pid)), nonce(random, key.share(pid))];
    const [D, E] = [d, e].map((k) => curve.mul(curve.G, k));
    equal(cat(curve.enc(D), curve.enc(E)), payload, `commitment of ${pid}`);
    return { pid, d, e, D, E, party: parties.find((p) => p.pid === pid) };
  });
  const osid = source(run.seed, `sign/${s.name ?? (s.path.length === 0 ? 'key' : 'child')}/osid`).draw(32);
  const B = signers.map(({ pid, D, E }) => cat(u16(pid), curve.enc(D), curve.enc(E)));
  const tail = cat(key.kh, u32(m.length), m, u8(s.path.length), s.path.map(u32), u8(mode), u8(root.length), root, B);
  equal(cat(osid, tail), s.request, 'request');

  const id = (pid) => curve.encScalar(BigInt(pid));
  const prefix = cat(curve.enc(P), suite.H4(m), suite.H5(cat(signers.map(({ pid, D, E }) => [id(pid), curve.enc(D), curve.enc(E)]))));
  for (const signer of signers) signer.rho = suite.H1(prefix, id(signer.pid));
  const R = curve.sum(signers.map(({ D, E, rho }) => D.add(curve.mul(E, rho))));
  const c = suite.challenge(R, P, m);
  const epsilon = suite.negates(R) ? -1n : 1n;
  const S = signers.map(({ pid }) => pid);
  let z = 0n;
  must(s.shares.length === signers.length, 'number of shares');
  s.shares.forEach(({ pid, payload }, i) => {
    const { d, e, rho, party } = signers[i];
    const own = curve.mod(epsilon * (d + e * rho) + curve.lagrange(S, pid) * share(key.share(pid)) * c);
    equal(cat(curve.encScalar(own), party.sign(H('frost-share', tail, curve.encScalar(own)))), payload, `share of ${pid}`);
    z = curve.mod(z + own);
  });
  const signature = suite.encode(R, z);
  equal(signature, s.signature, 'signature');
  must(suite.verify(P, m, signature), 'the signature does not verify');
  const forged = Buffer.from(signature);
  forged[40] ^= 1;
  must(!suite.verify(P, m, forged), 'a forgery was accepted');
}
