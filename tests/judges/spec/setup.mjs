// Pair setup, §5, of one ordered pair (A, B): A becomes the sender of OT extensions (Δ), B the receiver. Base OT on secp256k1.
import { be, cat, H, H64, os2ip, same, u8, u16, u32, u64, xor } from './bytes.mjs';
import { secp } from './curves.mjs';

export const KAPPA = 128, TREES = 32, LEAVES = 16;
const FIELD = (1n << 256n) - (1n << 32n) - 977n;
const VERSION = u8(1);

/** M0 of one side: last epochs with self as A and as B, and its two nonces. */
export const m0 = (lastAsA, lastAsB, nonceAsA, nonceAsB) => cat(u64(lastAsA), u64(lastAsB), nonceAsA, nonceAsB);

export const setupSid = (a, b, epoch, nonceA, nonceB) =>
  H('ot-setup-sid', VERSION, a.nid, a.iid, b.nid, b.iid, u64(epoch), nonceA, nonceB);

/** HG: try and increment onto x (§5.1). */
export function hashToGroup(sid, i, b, P) {
  for (let ctr = 0; ; ctr++) {
    const fields = [sid, cat(u16(i), u8(b)), secp.enc(P), u32(ctr)];
    const x = os2ip(H('bot-h', ...fields));
    const odd = H('bot-h/y', ...fields)[0] & 1;
    if (x >= FIELD) continue;
    try { return secp.dec(cat(u8(2 + odd), be(x, 32))); } catch { /* no square root: the next counter */ }
  }
}

const kdf = (sid, i, b, R, B, shared) =>
  H('bot-kdf', sid, cat(u16(i), u8(b)), secp.enc(R[0]), secp.enc(R[1]), secp.enc(B), secp.enc(shared));

export const expand = (sid, tree, level, node, seed) => {
  const where = cat(u16(tree), u8(level), u8(node));
  return [H('ggm-0', sid, where, seed), H('ggm-1', sid, where, seed)];
};
export const checkValue = (sid, tree, leaf, seed) => H64('pprf-check', sid, cat(u16(tree), u8(leaf)), seed);
export const checkDigest = (sid, tree, values) => H('pprf-digest', sid, u16(tree), ...values);

/** M1 (A → B) from A's secrets: choices[i] in {0, 1}, a[i] and the scalar s[i] of the branch not chosen, z. */
export function makeM1(sid, { choices, a, s, z }) {
  const R = choices.map((c, i) => {
    const other = secp.mul(secp.G, s[i]);
    const chosen = secp.mul(secp.G, a[i]).subtract(hashToGroup(sid, i, c, other));
    return c === 0 ? [chosen, other] : [other, chosen];
  });
  return cat(sid, R.map(([x, y]) => [secp.enc(x), secp.enc(y)]), z);
}

export function readM1(sid, m1) {
  if (m1.length !== 8512 || !same(m1.subarray(0, 32), sid)) throw new Error('M1');
  const at = (k) => secp.dec(m1.subarray(32 + 33 * k, 65 + 33 * k));
  return { R: Array.from({ length: KAPPA }, (_, i) => [at(2 * i), at(2 * i + 1)]), z: m1.subarray(8480) };
}

/** M2 (B → A) from M1 and B's secrets e[i] = [e_0, e_1], z; also B's keys and leaves. */
export function makeM2(sid, m1, { e, z }) {
  const { R } = readM1(sid, m1);
  const points = [], keys = [];
  for (let i = 0; i < KAPPA; i++) {
    keys.push([0, 1].map((b) => {
      const M = R[i][b].add(hashToGroup(sid, i, b, R[i][1 - b]));
      if (M.is0()) throw new Error('M is O');
      const B = secp.mul(secp.G, e[i][b]);
      points.push(secp.enc(B));
      return kdf(sid, i, b, R[i], B, secp.mul(M, e[i][b]));
    }));
  }
  const leaves = [], trees = [];
  for (let i = 0; i < TREES; i++) {
    const K = (level) => keys[4 * i + level];
    let nodes = [...K(0)];
    const corrections = [];
    for (let level = 1; level <= 3; level++) {
      const parents = nodes;
      nodes = parents.flatMap((seed, y) => expand(sid, i, level, y, seed));
      for (const c of [0, 1]) corrections.push(xor(K(level)[c], ...nodes.filter((_, y) => y % 2 === c)));
    }
    const values = nodes.map((seed, y) => checkValue(sid, i, y, seed));
    trees.push(corrections, xor(...values), checkDigest(sid, i, values));
    leaves.push(nodes);
  }
  return { m2: cat(sid, points, trees, z), keys, leaves };
}

/** A on M2: Δ as nibbles, the leaves it has (undefined at Δ_i), its keys, and its verdict over all trees. */
export function evaluateM2(sid, m1, m2, { choices, a }) {
  if (m2.length !== 17728 || !same(m2.subarray(0, 32), sid)) throw new Error('M2');
  const { R } = readM1(sid, m1);
  const B = Array.from({ length: KAPPA }, (_, i) => [0, 1].map((b) => secp.dec(m2.subarray(32 + 33 * (2 * i + b), 65 + 33 * (2 * i + b)))));
  const keys = choices.map((c, i) => kdf(sid, i, c, R[i], B[i][c], secp.mul(B[i][c], a[i])));
  const delta = [], leaves = [];
  let verdict = true;
  for (let i = 0; i < TREES; i++) {
    const tree = m2.subarray(8480 + 288 * i, 8768 + 288 * i);
    const correction = (level, c) => tree.subarray(32 * (2 * (level - 1) + c), 32 * (2 * (level - 1) + c + 1));
    let nodes = [undefined, undefined];
    nodes[choices[4 * i]] = keys[4 * i];
    let missing = 1 - choices[4 * i];
    for (let level = 1; level <= 3; level++) {
      const next = nodes.flatMap((seed, y) => (y === missing ? [undefined, undefined] : expand(sid, i, level, y, seed)));
      const c = choices[4 * i + level];
      const known = next.filter((seed, y) => y % 2 === c && seed !== undefined);
      next[2 * missing + c] = xor(correction(level, c), keys[4 * i + level], ...known);
      missing = 2 * missing + (1 - c);
      nodes = next;
    }
    const values = nodes.map((seed, y) => (y === missing ? undefined : checkValue(sid, i, y, seed)));
    values[missing] = xor(tree.subarray(192, 256), ...values.filter((v) => v !== undefined));
    verdict &&= same(checkDigest(sid, i, values), tree.subarray(256, 288));
    delta.push(missing);
    leaves.push(nodes);
  }
  return { delta, leaves, keys, verdict };
}

export const setupId = (sid, m1, m2) => H('ot-setup-id', sid, H('ot-m1', m1), H('ot-m2', m2));
export const zOf = (message) => message.subarray(message.length - 32);

/** One per unordered pair; each direction is { id, m1, m2 }, the first with the lower nid as A. */
export const zeroSeed = (lowHigh, highLow) =>
  H('zero-seed', lowHigh.id, highLow.id, zOf(lowHigh.m1), zOf(lowHigh.m2), zOf(highLow.m1), zOf(highLow.m2));

/** Δ as a 128-bit string: bit p = 4i + b is bit b of Δ_i. */
export const deltaBits = (delta) => delta.reduce((acc, nibble, i) => acc | (BigInt(nibble) << BigInt(4 * i)), 0n);
