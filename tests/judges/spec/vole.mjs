// Correlated OT extension (§6) and the vector OLE on it (§7). B is the receiver, A the sender; bit strings are integers, bit j first.
import { bit, bits, cat, crh, gfMultiply, H, prg, same, u16, u32, u8, unbits } from './bytes.mjs';
import { deltaBits, LEAVES, TREES } from './setup.mjs';

export const XI = 416, ROWS = 128, SIGMA = 128;
const XI_PRIME = XI + SIGMA, ROW_BYTES = XI_PRIME / 8;
const first16 = (b) => b.subarray(0, 16);

const gadgets = new Map();
/** g_j of §7. */
export function gadget(curve) {
  if (!gadgets.has(curve.name)) gadgets.set(curve.name, Array.from({ length: XI }, (_, j) => curve.Hs('gadget', u16(j))));
  return gadgets.get(curve.name);
}

export const coteSid = (setupId, ctx, receiver, sender, nu) => H('cote-sid', setupId, ctx, cat(u16(receiver), u16(sender)), nu);
export const prgKey = (sid1) => first16(H('cote-prg', sid1));
export const crhKey = (sid2) => first16(H('crh-key', sid2));

export function challenges(sid1, U) {
  const dU = H('cote-u', sid1, ...U);
  return { dU, chi: [0, 1, 2, 3].map((m) => bits(first16(H('cote-chi', sid1, dU, u32(m))))) };
}

/** fold(Y) of a ξ′-bit string. */
export function fold(Y, chi) {
  const payload = Y & ((1n << BigInt(XI)) - 1n);
  return chi.reduce((acc, c, m) => acc ^ gfMultiply(c, (payload >> BigInt(128 * m)) & ((1n << 128n) - 1n)), Y >> BigInt(XI));
}

/** Column j of 128 rows: bit p is bit j of row p. */
const column = (rows, j) => rows.reduce((acc, row, p) => acc | (BigInt(bit(row, j)) << BigInt(p)), 0n);
const columns = (rows) => Array.from({ length: XI }, (_, j) => column(rows, j));

/** COT1 by B: beta of ξ bits, mask of σ bits, nu 32 bytes, leaves[i][y]. */
export function makeCot1(setupId, ctx, receiver, sender, leaves, { beta, mask, nu }) {
  const sid1 = coteSid(setupId, ctx, receiver, sender, nu);
  const key = prgKey(sid1);
  const X = beta | (mask << BigInt(XI));
  const U = [], V = [];
  for (let i = 0; i < TREES; i++) {
    const r = leaves[i].map((leaf) => bits(prg(leaf, key, ROW_BYTES)));
    U.push(r.reduce((acc, x) => acc ^ x, X));
    for (let b = 0; b < 4; b++) V.push(r.reduce((acc, x, y) => (bit(y, b) ? acc ^ x : acc), 0n));
  }
  const encodedU = U.map((u) => unbits(u, ROW_BYTES));
  const { dU, chi } = challenges(sid1, encodedU);
  const message = cat(nu, encodedU, unbits(fold(X, chi), 16), V.map((v) => unbits(fold(v, chi), 16)));
  return { message, sid1, dU, chi, X, V, rows: columns(V) };
}

/** A on COT1: its rows and the verdict. */
export function evaluateCot1(setupId, ctx, receiver, sender, delta, leaves, message) {
  if (message.length !== 4272) throw new Error('COT1');
  const nu = message.subarray(0, 32);
  const U = Array.from({ length: TREES }, (_, i) => message.subarray(32 + ROW_BYTES * i, 32 + ROW_BYTES * (i + 1)));
  const xHat = bits(message.subarray(2208, 2224));
  const tHat = Array.from({ length: ROWS }, (_, p) => bits(message.subarray(2224 + 16 * p, 2240 + 16 * p)));
  const sid1 = coteSid(setupId, ctx, receiver, sender, nu);
  const key = prgKey(sid1);
  const { dU, chi } = challenges(sid1, U);
  const W = [];
  for (let i = 0; i < TREES; i++) {
    const r = Array.from({ length: LEAVES }, (_, y) => (y === delta[i] ? 0n : bits(prg(leaves[i][y], key, ROW_BYTES))));
    for (let b = 0; b < 4; b++) {
      const known = r.reduce((acc, x, y) => (y !== delta[i] && bit(y ^ delta[i], b) ? acc ^ x : acc), 0n);
      W.push(bit(delta[i], b) ? known ^ bits(U[i]) : known);
    }
  }
  const D = deltaBits(delta);
  const verdict = W.every((w, p) => (fold(w, chi) ^ tHat[p] ^ (bit(D, p) ? xHat : 0n)) === 0n);
  return { sid1, dU, chi, W, rows: columns(W), verdict };
}

export const voleSid = (sid1, dU, t1) => H('rvole-sid', sid1, dU, t1);
const row16 = (row) => unbits(row, 16);
const thetas = (curve, sid2, at) => {
  const D = H('rvole-at', sid2, at);
  return [0, 1].map((k) => curve.Hs('rvole-theta', sid2, D, u8(k)));
};
const muOf = (curve, sid2, scalars) => H('rvole-mu', sid2, cat(scalars.map(curve.encScalar)));

/** b = Σ g_j·β_j. */
export const choiceOf = (curve, beta) => curve.mod(gadget(curve).reduce((acc, g, j) => (bit(beta, j) ? acc + g : acc), 0n));

/** VOLE2 by A: inputs a = [a_0, a_1], aHat; outputs c. */
export function makeVole2(curve, sid2, rows, delta, a, aHat) {
  const [key, D] = [crhKey(sid2), deltaBits(delta)];
  const alpha = [0n, D].map((shift) => rows.map((w, j) => crh(key, j, row16(w ^ shift), curve.q)));
  const inputs = [...a, aHat];
  const at = cat(rows.map((_, j) => inputs.map((x, k) => curve.encScalar(alpha[0][j][k] - alpha[1][j][k] + x))));
  const theta = thetas(curve, sid2, at);
  const eta = curve.mod(aHat + theta[0] * a[0] + theta[1] * a[1]);
  const mu = muOf(curve, sid2, alpha[0].map((z) => z[2] + theta[0] * z[0] + theta[1] * z[1]));
  const c = [0, 1].map((k) => curve.mod(-gadget(curve).reduce((acc, g, j) => acc + g * alpha[0][j][k], 0n)));
  return { message: cat(at, curve.encScalar(eta), mu), c, alpha };
}

/** B on VOLE2: outputs d and the verdict of μ. */
export function evaluateVole2(curve, sid2, rows, beta, message) {
  if (message.length !== 40000) throw new Error('VOLE2');
  const at = message.subarray(0, 39936);
  const scalar = (n) => curve.decScalar(message.subarray(32 * n, 32 * n + 32));
  const [theta, eta, key] = [thetas(curve, sid2, at), scalar(3 * XI), crhKey(sid2)];
  const gamma = rows.map((v, j) => crh(key, j, row16(v), curve.q));
  const dot = gamma.map((g, j) => g.map((x, k) => curve.mod(x + (bit(beta, j) ? scalar(3 * j + k) : 0n))));
  const mu = muOf(curve, sid2, dot.map((x, j) => x[2] + theta[0] * x[0] + theta[1] * x[1] - (bit(beta, j) ? eta : 0n)));
  const d = [0, 1].map((k) => curve.mod(gadget(curve).reduce((acc, g, j) => acc + g * dot[j][k], 0n)));
  return { d, gamma, verdict: same(mu, message.subarray(39968)) };
}
