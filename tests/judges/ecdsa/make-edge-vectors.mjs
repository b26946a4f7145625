// Makes the edge cases of ECDSA verification and key recovery in tests/Vectors/ecdsa/edges.json, each judged by @noble/curves as it is made.
// Usage: node make-edge-vectors.mjs > ../../Vectors/ecdsa/edges.json   The same every time.
import { createHash } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';

const be = (x) => x.toString(16).padStart(64, '0');
const bytes = (text) => Uint8Array.from(Buffer.from(text, 'hex'));
const number = (label) => BigInt('0x' + createHash('sha256').update(label).digest('hex'));

function edges(name, curve) {
  const { Point } = curve;
  const [q, G, p] = [Point.Fn.ORDER, Point.BASE, Point.Fp.ORDER];
  const mod = (x) => ((x % q) + q) % q;
  const inv = (x) => Point.Fn.inv(mod(x));
  const times = (P, x) => (mod(x) === 0n ? Point.ZERO : P.multiply(mod(x)));
  const draw = (label) => mod(number(`${name}/${label}`));
  const cases = [];

  /** Writes a case down; noble says whether it holds, and which recovery ids name the key. */
  function add(comment, Q, digest, r, s, valid) {
    const [key, sig] = [Q.toBytes(true), be(r) + be(s)];
    const inRange = r > 0n && r < q && s > 0n && s < q;
    const judged = inRange && curve.verify(bytes(sig), bytes(be(digest)), key, { prehash: false, lowS: false, format: 'compact' });
    if (judged !== valid) throw new Error(`${name}, ${comment}: noble says ${judged}`);
    const ids = !inRange ? [] : [0, 1, 2, 3].filter((id) => {
      try {
        return new curve.Signature(r, s, id).recoverPublicKey(bytes(be(digest))).equals(Q);
      } catch { return false; }
    });
    cases.push({ comment, key: Buffer.from(key).toString('hex'), digest: be(digest), sig, valid, ids });
  }

  /** The key under which (R, s) signs the digest: r^−1·(s·R − e·G). */
  const keyOf = (R, s, digest) => {
    const r = mod(R.toAffine().x);
    return times(R, s * inv(r)).add(times(G, mod(-digest * inv(r))));
  };
  const signed = (comment, R, s, digest) => add(comment, keyOf(R, s, digest), digest, mod(R.toAffine().x), s, true);
  /** A point with the first x at or after the given one. */
  const pointAt = (x) => { for (;; x++) { try { return Point.fromBytes(bytes('02' + be(x))); } catch { /* no point */ } } };

  const x = draw('key');
  const Q = times(G, x);
  const sign = (k, digest) => { const r = mod(times(G, k).toAffine().x); return [r, mod(inv(k) * (digest + r * x))]; };
  const digest = number(`${name}/digest`);
  const [r, s] = sign(draw('nonce'), digest);
  add('a signature', Q, digest, r, s, true);
  add('its twin, q − s', Q, digest, r, q - s, true);
  add('q − r', Q, digest, q - r, s, false);
  add('r and s exchanged', Q, digest, s, r, false);
  add('the negated key', Q.negate(), digest, r, s, false);
  add('another key', times(G, x + 1n), digest, r, s, false);
  add('another digest', Q, digest ^ 1n, r, s, false);
  add('r + 1', Q, digest, r + 1n, s, false);
  add('s + 1', Q, digest, r, s + 1n, false);

  const outside = { '0': 0n, q, 'q + 1': q + 1n, p, 'p + 1': p + 1n, '2^256 − 1': (1n << 256n) - 1n };
  for (const [label, value] of Object.entries(outside)) {
    add(`r = ${label}`, Q, digest, value, s, false);
    add(`s = ${label}`, Q, digest, r, value, false);
    for (const [second, other] of Object.entries({ '1': 1n, 'q − 1': q - 1n, ...outside })) add(`r = ${label}, s = ${second}`, Q, digest, value, other, false);
  }
  for (const a of [1n, 2n, q - 1n, q - 2n]) for (const b of [1n, 2n, q - 1n, q - 2n]) add(`r and s at the ends of their range`, Q, digest, a, b, false);

  // x(R) not below q: r = x − q, and x itself is no r. Adding q to a small r or s must not be forgiven either.
  for (let k = 0, start = q + 1n; k < 4; k++) {
    const R = pointAt(start);
    const X = R.toAffine().x;
    start = X + 1n;
    const value = draw(`large ${k}`);
    for (const point of [R, R.negate()]) signed('x(R) ≥ q', point, value, digest);
    add('r = x(R) ≥ q, not reduced', keyOf(R, value, digest), digest, X, value, false);
  }
  const small = pointAt(1n);
  signed('small r', small, draw('small'), digest);
  add('small r + q', keyOf(small, draw('small'), digest), digest, small.toAffine().x + q, draw('small'), false);
  for (const value of [1n, 2n, 3n, 5n, 7n]) {
    signed('small r and s', pointAt(value), value, digest);
    const key = keyOf(small, value, digest);
    if (value + q < 1n << 256n) add('small s + q', key, digest, small.toAffine().x, value + q, false);
    signed('s near q', small, q - value, digest);
  }
  signed('largest r', pointAt(q - 1000n), draw('largest'), digest);

  // Long runs of equal bits where s is inverted, and both sides of q/2.
  for (let k = 0n; k < 255n; k += 17n) {
    signed(`s = 2^${k}`, times(G, draw(`power ${k}`)), 1n << k, digest);
    signed(`s = q − 2^${k}`, times(G, draw(`power ${k}`)), mod(-(1n << k)), digest);
    signed(`s = 2^${k + 1n} − 1`, times(G, draw(`power ${k}`)), mod((1n << (k + 1n)) - 1n), digest);
  }
  for (const value of [(q - 1n) / 2n, (q + 1n) / 2n, (q - 3n) / 2n, q / 3n]) signed('s about q/2 and q/3', times(G, draw('half')), value, digest);

  // Digests that are special as numbers: e = 0 twice, e ≥ q, runs of bits.
  for (const value of [0n, 1n, q, q - 1n, q + 1n, (1n << 256n) - 1n, 1n << 255n, (1n << 128n) - 1n, ((1n << 128n) - 1n) << 128n, p]) {
    const [a, b] = sign(draw(`special ${value}`), value);
    add(`digest ${be(value)}`, Q, value, a, b, true);
    add(`digest ${be(value)}, twin`, Q, value, a, q - b, true);
  }

  // Sums of u1·G and u2·Q that a formula could miss: a doubling, O, one side zero or one.
  for (const label of ['a', 'b', 'c']) {
    const k = draw(`double ${label}`);
    const [R, value] = [times(G, k), draw(`double s ${label}`)];
    const u1 = mod(k * inv(2n));
    add('u1·G = u2·Q', times(G, u1 * value * inv(mod(R.toAffine().x))), mod(value * u1), mod(R.toAffine().x), value, true);
    const e = draw(`O ${label}`);
    add('u1·G = −u2·Q', times(G, mod(-e * inv(r))), e, r, value, false);
  }
  for (const [label, secret] of Object.entries({ G: 1n, '−G': q - 1n, '2·G': 2n, '3·G': 3n, 'G/2': inv(2n), '−2·G': q - 2n })) {
    const key = times(G, secret);
    for (const nonce of [1n, 2n, q - 1n, draw(`key ${label}`)]) {
      const a = mod(times(G, nonce).toAffine().x);
      add(`key ${label}`, key, digest, a, mod(inv(nonce) * (digest + a * secret)), true);
    }
    // u1 = u2: e = r.
    const a = mod(times(G, 3n).toAffine().x);
    add(`key ${label}, u1 = u2`, key, a, a, mod(inv(3n) * (a + a * secret)) || 1n, mod(1n + secret) !== 0n);
  }
  // Keys with many zeros or ones in x: (R, s) cannot be chosen then, but recovery gives R = r·... for u2 = 1: R = u1·G + Q.
  for (const start of [1n, 1n << 64n, p - 5000n, (1n << 224n), p >> 1n]) {
    const base = pointAt(start);
    for (const key of [base, base.negate()]) {
      const R = key.add(times(G, draw(`edge ${start}`)));
      const a = mod(R.toAffine().x); // u2 = r/s = 1, u1 = e/s
      add('key with an edge of an x', key, mod(a * draw(`edge ${start}`)), a, a, true);
    }
  }
  return cases;
}

const out = { secp256k1: edges('secp256k1', secp256k1), 'P-256': edges('P-256', p256) };
for (const [name, cases] of Object.entries(out)) {
  const valid = cases.filter((c) => c.valid);
  const odd = valid.filter((c) => c.ids.length === 0 || (c.ids.length > 1 && !c.comment.includes('digest 00')));
  if (odd.length > 0) throw new Error(`${name}: ${odd.map((c) => `${c.comment} ${c.ids}`).join('; ')}`);
}
const lines = (cases) => cases.map((c) => '    ' + JSON.stringify(c)).join(',\n');
console.log(`{\n${Object.entries(out).map(([name, cases]) => `  ${JSON.stringify(name)}: [\n${lines(cases)}\n  ]`).join(',\n')}\n}`);
