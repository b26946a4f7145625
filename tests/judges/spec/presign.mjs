// Presign, §12, with the zero shares of §8.6: a whole session of all parties at once, from everybody's secrets.
import { cat, H, list, text, u16, u8 } from './bytes.mjs';
import { choiceOf, evaluateCot1, evaluateVole2, makeCot1, makeVole2, voleSid } from './vole.mjs';

const VERSION = u8(1);
const must = (ok, what) => { if (!ok) throw new Error(what); };

/** ctx of §12. signers: [{ pid, nid, iid }] ascending; initiator: { nid, iid }. */
export const contextOf = (curve, kh, signers, initiator, psid) =>
  H('ps-ctx', VERSION, text('ecdsa'), text(curve.name), kh, list(signers.map((s) => cat(u16(s.pid), s.nid, s.iid))), initiator.nid, initiator.iid, psid);

export const commitmentOf = (curve, ctx, pid, R, salt) => H('ps-com', ctx, u16(pid), curve.enc(R), salt);
export const t1Of = (ctx, commitments) => H('ps-t1', ctx, list(commitments.map(({ pid, com }) => cat(u16(pid), com))));
export const t2Of = (curve, t1, openings) => H('ps-t2', t1, list(openings.map(({ pid, R, pk }) => cat(u16(pid), curve.enc(R), curve.enc(pk)))));

/** ζ_i for everybody; zeroSeed(i, j) of the pair. */
export function zeroShares(curve, pids, t1, zeroSeed) {
  const zeta = new Map(pids.map((pid) => [pid, 0n]));
  for (const i of pids) for (const j of pids) if (i < j) {
    const z = curve.Hs('zero', zeroSeed(i, j), t1, cat(u16(i), u16(j)));
    zeta.set(i, curve.mod(zeta.get(i) + z));
    zeta.set(j, curve.mod(zeta.get(j) - z));
  }
  return zeta;
}

/**
 * parties: [{ pid, share, r, phi, salt, peers: Map(pid → { beta, nu, mask, aHat }) }], ascending. setup(a, b): the direction in which a sends:
 * { id, delta, senderLeaves, receiverLeaves }. Gives messages (round, from, to), every presignature and all that the invariants need.
 */
export function presign({ curve, kh, P, signers, initiator, psid, parties, setup, zeroSeed }) {
  const ctx = contextOf(curve, kh, signers, initiator, psid);
  const pids = parties.map((p) => p.pid);
  const messages = [];
  const pairs = parties.flatMap((i) => parties.filter((j) => j !== i).map((j) => [i, j]));
  const key = (from, to) => `${from.pid}/${to.pid}`;

  // Round 1: i is the receiver of the VOLE in which j sends.
  for (const p of parties) {
    p.R = curve.mul(curve.G, p.r);
    p.com = commitmentOf(curve, ctx, p.pid, p.R, p.salt);
  }
  const cot = new Map();
  for (const [i, j] of pairs) {
    const direction = setup(j.pid, i.pid);
    const made = makeCot1(direction.id, ctx, i.pid, j.pid, direction.receiverLeaves, i.peers.get(j.pid));
    cot.set(key(i, j), { ...made, chi_: choiceOf(curve, i.peers.get(j.pid).beta) });
    messages.push({ round: 1, from: i.pid, to: j.pid, payload: cat(ctx, direction.id, i.com, made.message) });
  }

  // After round 1.
  const t1 = t1Of(ctx, parties);
  const zeta = zeroShares(curve, pids, t1, zeroSeed);
  for (const p of parties) {
    p.zeta = zeta.get(p.pid);
    p.sk = curve.mod(curve.lagrange(pids, p.pid) * p.share + p.zeta);
    p.pk = curve.mul(curve.G, p.sk);
  }
  const vole = new Map();
  for (const [i, j] of pairs) { // i sends to j, on j's COT1
    const direction = setup(i.pid, j.pid);
    const got = evaluateCot1(direction.id, ctx, j.pid, i.pid, direction.delta, direction.senderLeaves, cot.get(key(j, i)).message);
    must(got.verdict, `COT1 of ${j.pid} at ${i.pid}`);
    const sid2 = voleSid(got.sid1, got.dU, t1);
    const made = makeVole2(curve, sid2, got.rows, direction.delta, [i.r, i.sk], i.peers.get(j.pid).aHat);
    const gamma = made.c.map((c) => curve.mul(curve.G, c));
    const psi = curve.mod(i.phi - cot.get(key(i, j)).chi_);
    vole.set(key(i, j), { ...made, sid2, rowsA: got.rows, W: got.W, gamma, psi });
    messages.push({
      round: 2, from: i.pid, to: j.pid,
      payload: cat(t1, curve.enc(i.R), i.salt, curve.enc(i.pk), gamma.map(curve.enc), curve.encScalar(psi), made.message),
    });
  }

  // Finish.
  for (const [i, j] of pairs) { // i receives what j sends
    const sent = vole.get(key(j, i));
    const mine = cot.get(key(i, j));
    const got = evaluateVole2(curve, sent.sid2, mine.rows, i.peers.get(j.pid).beta, sent.message);
    must(got.verdict, `μ of ${j.pid} at ${i.pid}`);
    [j.R, j.pk].forEach((A, k) => must(curve.mul(A, mine.chi_).subtract(sent.gamma[k]).equals(curve.mul(curve.G, got.d[k])), `Γ of ${j.pid} at ${i.pid}`));
    Object.assign(mine, { d: got.d, gammaRows: got.gamma });
  }
  must(curve.sum(parties.map((p) => p.pk)).equals(P), 'Σpk = P');
  const R = curve.sum(parties.map((p) => p.R));
  must(!R.is0(), 'R');
  const t2 = t2Of(curve, t1, parties);
  for (const i of parties) {
    const peers = parties.filter((j) => j !== i);
    const Phi = peers.reduce((acc, j) => acc + vole.get(key(j, i)).psi, i.phi);
    const part = (own, k) => curve.mod(own * Phi + peers.reduce((acc, j) => acc + vole.get(key(i, j)).c[k] + cot.get(key(i, j)).d[k], 0n));
    i.u = part(i.r, 0);
    i.v = part(i.sk, 1);
  }
  return { ctx, t1, t2, R, messages, parties, cot, vole, ready: cat(t2, curve.enc(R)) };
}
