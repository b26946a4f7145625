// The invariants of §18.1 that need no other implementation: whole runs of this one, on both curves, with all secrets in sight.
// Usage: node invariants.mjs [t-of-n]…   Prints how many held; exit code 0 only if all do.
import { randomBytes } from 'node:crypto';
import { bit, bits, os2ip, same, sha256, text } from './bytes.mjs';
import { p256c, secp } from './curves.mjs';
import { deltaBits, evaluateM2, KAPPA, makeM1, makeM2, setupId, setupSid, TREES, zeroSeed } from './setup.mjs';
import { presign } from './presign.mjs';
import { sign } from './online.mjs';
import { choiceOf, fold } from './vole.mjs';

let held = 0;
const must = (ok, what) => { held++; if (!ok) throw new Error(what); };
const scalar = (curve) => { for (;;) { const x = os2ip(randomBytes(32)); if (x > 0n && x < curve.q) return x; } };
const many = (count, make) => Array.from({ length: count }, (_, i) => make(i));

function makeDirection(a, b) {
  const sid = setupSid(a, b, 1, randomBytes(32), randomBytes(32));
  const A = { choices: many(KAPPA, () => randomBytes(1)[0] & 1), a: many(KAPPA, () => scalar(secp)), s: many(KAPPA, () => scalar(secp)), z: randomBytes(32) };
  const m1 = makeM1(sid, A);
  const { m2, keys, leaves } = makeM2(sid, m1, { e: many(KAPPA, () => [scalar(secp), scalar(secp)]), z: randomBytes(32) });
  const got = evaluateM2(sid, m1, m2, A);
  must(got.verdict, 'PPRF verdict');
  A.choices.forEach((c, i) => must(same(got.keys[i], keys[i][c]) && !same(got.keys[i], keys[i][1 - c]), `I1, instance ${i}`));
  for (let i = 0; i < TREES; i++)
    leaves[i].forEach((leaf, y) => must(y === got.delta[i] ? got.leaves[i][y] === undefined : same(leaf, got.leaves[i][y]), `I2, tree ${i}`));
  const damaged = Buffer.from(m2);
  damaged[8480 + 256] ^= 1; // h of tree 0
  must(!evaluateM2(sid, m1, damaged, A).verdict, 'a damaged digest passes');
  return { id: setupId(sid, m1, m2), m1, m2, delta: got.delta, senderLeaves: got.leaves, receiverLeaves: leaves };
}

function run(curve, t, pids, setups) {
  const coefficients = many(t, () => scalar(curve));
  const x = (pid) => curve.mod(coefficients.reduceRight((acc, c) => acc * BigInt(pid) + c, 0n));
  const [sk, P] = [coefficients[0], curve.mul(curve.G, coefficients[0])];
  const signers = pids.map((pid) => setups.node(pid));
  const parties = pids.map((pid) => ({
    pid, share: x(pid), r: scalar(curve), phi: scalar(curve), salt: randomBytes(32),
    peers: new Map(pids.filter((j) => j !== pid).map((j) => [j, { beta: bits(randomBytes(52)), nu: randomBytes(32), mask: bits(randomBytes(16)), aHat: scalar(curve) }])),
  }));
  const [kh, psid] = [randomBytes(32), randomBytes(32)];
  const out = presign({ curve, kh, P, signers, initiator: signers[0], psid, parties, setup: setups.direction, zeroSeed: setups.zeroSeed });

  for (const i of pids) for (const j of pids) if (i !== j) { // j receives, i sends
    const [direction, cot, vole] = [setups.direction(i, j), out.cot.get(`${j}/${i}`), out.vole.get(`${i}/${j}`)];
    const D = deltaBits(direction.delta);
    const { beta } = parties.find((p) => p.pid === j).peers.get(i);
    must(cot.V.every((v, p) => (v ^ vole.W[p]) === (bit(D, p) ? cot.X : 0n)), 'I3, rows');
    must(cot.rows.every((v, k) => (v ^ vole.rowsA[k]) === (bit(beta, k) ? D : 0n)), 'I3, columns');
    const [Y, Z] = [bits(randomBytes(68)), bits(randomBytes(68))];
    must(fold(Y ^ Z, cot.chi) === (fold(Y, cot.chi) ^ fold(Z, cot.chi)), 'I4');
    must(cot.gammaRows.every((g, k) => g.every((value, m) => value === vole.alpha[bit(beta, k)][k][m])), 'I5');
    const sender = parties.find((p) => p.pid === i);
    [sender.r, sender.sk].forEach((a, k) => {
      must(curve.mod(vole.c[k] + cot.d[k] - a * choiceOf(curve, beta)) === 0n, 'I6');
      must(curve.mul(curve.G, cot.d[k]).add(vole.gamma[k]).equals(curve.mul(curve.mul(curve.G, a), cot.chi_)), 'I10');
    });
  }
  const total = (name) => curve.mod(parties.reduce((acc, p) => acc + p[name], 0n));
  const [r, phi] = [total('r'), total('phi')];
  must(total('zeta') === 0n && parties.every((p) => p.zeta !== 0n), 'I7');
  must(total('sk') === sk, 'I8');
  must(total('u') === curve.mod(r * phi) && total('v') === curve.mod(sk * phi), 'I9');
  must(out.messages.every((m) => m.payload.length === (m.round === 1 ? 4368 : 40228)), 'sizes of §16.1');
  must(out.messages.length === 2 * t * (t - 1), 'number of messages');

  for (const path of [[], [44, 60, 7]]) {
    const signed = sign({
      curve, kh, t2: out.t2, P, chainCode: sha256(text('chain')), R: out.R, signers: parties, path,
      osid: randomBytes(32), digest: sha256(randomBytes(8)), entropy: randomBytes(32),
    });
    const u = curve.mod(signed.replies.reduce((acc, x2) => acc + x2.u, 0n));
    must(u === curve.mod((r + signed.delta) * phi), "I11, u'");
    const right = curve.mod(signed.e + signed.x * (sk + signed.tau));
    const left = curve.mod(signed.s * (r + signed.delta));
    must(left === right || left === curve.mod(-right), 'I11, s');
    must((path.length === 0) === signed.publicKey.equals(P), 'derived key');
  }
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : ['2-of-2', '3-of-5'];
for (const name of wanted) {
  const [t, n] = name.split('-of-').map(Number);
  const pids = [1, 7, 65535, ...many(13, (i) => 100 + i)].slice(0, n).sort((a, b) => a - b).slice(n - t);
  const nodes = new Map(pids.map((pid) => [pid, { pid, nid: sha256(text(`node ${pid}`)), iid: randomBytes(16) }]));
  const directions = new Map();
  for (const a of pids) for (const b of pids) if (a !== b) directions.set(`${a}/${b}`, makeDirection(nodes.get(a), nodes.get(b)));
  const setups = {
    node: (pid) => nodes.get(pid),
    direction: (a, b) => directions.get(`${a}/${b}`),
    zeroSeed(i, j) {
      const [low, high] = Buffer.compare(nodes.get(i).nid, nodes.get(j).nid) < 0 ? [i, j] : [j, i];
      return zeroSeed(directions.get(`${low}/${high}`), directions.get(`${high}/${low}`));
    },
  };
  for (const curve of [secp, p256c]) run(curve, t, pids, setups);
}
console.log(JSON.stringify({ held, runs: wanted }));
