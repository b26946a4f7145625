// Key generation, §9 and §9.1, replayed from the seed of a frozen run: every message of every party, transcripts, records, shares, certificate.
import { cat, H, hex, list, sha256, text, u16, u32, u8 } from './bytes.mjs';
import { byName, identity } from './curves.mjs';
import { equal, must, source } from './random.mjs';

const VERSION = u8(1), ZERO = Buffer.alloc(32);
const suiteNumbers = { 'ecdsa/secp256k1': 1, 'ecdsa/P-256': 2, 'frost-ed25519/edwards25519': 3, 'frost-secp256k1/secp256k1': 4, 'frost-secp256k1-tr/secp256k1': 5 };
const curveNumbers = { secp256k1: 1, 'P-256': 2, edwards25519: 3 };

export function prove(curve, tag, context, x, X, fresh) {
  const k = curve.Hs('pok-nonce', fresh, curve.encScalar(x), ...context, curve.enc(X));
  const A = curve.mul(curve.G, k);
  const e = curve.Hs(tag, ...context, curve.enc(X), curve.enc(A));
  const z = curve.mod(k + e * x);
  must(curve.mul(curve.G, z).equals(A.add(curve.mul(X, e))), `${tag} does not hold`);
  return cat(curve.enc(A), curve.encScalar(z));
}

export function tree(khs) {
  if (khs.length === 1) return H('kh-leaf', khs[0]);
  let split = 1;
  while (split * 2 < khs.length) split *= 2;
  return H('kh-node', tree(khs.slice(0, split)), tree(khs.slice(split)));
}

/** Sibling hashes of leaf k, from the leaf to the root. */
function inclusion(khs, k) {
  if (khs.length === 1) return [];
  let split = 1;
  while (split * 2 < khs.length) split *= 2;
  const [left, right] = [khs.slice(0, split), khs.slice(split)];
  return k < split ? [...inclusion(left, k), tree(right)] : [...inclusion(right, k - split), tree(left)];
}

/** The frozen run's parties with identity seeds; nid = SHA-256 of the identity key. */
export function partiesOf(run) {
  return run.parties.map(({ pid, nid, identity: recorded }) => {
    const secret = source(run.seed, `identity/${pid}`).draw(32);
    const key = identity.getPublicKey(secret);
    equal(key, recorded, `identity of ${pid}`);
    equal(sha256(key), nid, `nid of ${pid}`);
    return { pid, nid: hex(nid), sign: (digest) => Buffer.from(identity.sign(digest, secret)) };
  });
}

/** Replays the run; gives for every key { id, P, chainCode, kh, share(pid) }. */
export function keyGeneration(run) {
  const curve = byName[run.curve ?? 'edwards25519'];
  const { threshold: t, keys: N, seed } = run;
  const parties = partiesOf(run);
  const pids = parties.map((p) => p.pid);
  const keys = Array.from({ length: N }, (_, k) => k);
  const order = hex(run.order);
  const ids = keys.map((k) => H('key-id', order, u16(k)));
  const members = parties.map((p) => cat(u16(p.pid), p.nid));
  const dsid = cat(Buffer.alloc(31), u8(1));
  const initiator = parties[0].nid;
  const dctx = H('dkg-ctx', VERSION, text(run.suite), text(curve.name), order, list(ids), u8(t), u8(pids.length), list(members), initiator, dsid);
  equal(dctx, run.dctx, 'dctx');
  const numbers = [u8(suiteNumbers[`${run.suite}/${curve.name}`]), u8(curveNumbers[curve.name])];
  equal(cat(VERSION, numbers, order, u16(N), ids, u8(t), u8(pids.length), members, initiator, dsid), run.start, 'START');
  const signed = (p, round, to, t1, payload) =>
    cat(payload, p.sign(H('bc-sig', dctx, u8(round), u16(p.pid), u16(to), ...(t1 ? [t1] : []), H('bc-payload', payload))));

  // Round 1.
  for (const p of parties) {
    p.random = source(seed, `run/${p.pid}`);
    p.f = keys.map(() => Array.from({ length: t }, () => p.random.scalar(curve)));
    p.C = p.f.map((f) => f.map((a) => curve.mul(curve.G, a)));
    p.cc = keys.map(() => p.random.draw(32));
    p.salt = p.random.draw(32);
    p.points = p.C.map((C) => [u16(t), C.map(curve.enc)]);
    p.com = H('dkg-com', dctx, u16(p.pid), u16(N), p.points, list(p.cc), p.salt);
    p.first = signed(p, 1, 0, null, cat(dctx, p.com));
  }
  const t1 = H('dkg-t1', dctx, list(parties.map((p) => cat(u16(p.pid), p.com))));
  equal(t1, run.t1, 'T1');

  // Round 2.
  const value = (f, x) => curve.mod(f.reduceRight((acc, a) => acc * BigInt(x) + a, 0n));
  for (const p of parties) {
    p.proofs = keys.map((k) => prove(curve, 'pok-dkg', [t1, u16(p.pid), u16(k)], p.f[k][0], p.C[k][0], p.random.draw(32)));
    p.opening = signed(p, 2, 0, t1, cat(t1, p.C.map((C) => C.map(curve.enc)), p.cc, p.salt, p.proofs));
    p.sharesFor = (to) => p.f.map((f) => value(f, to));
  }
  const t2 = H('dkg-t2', t1, u16(pids.length), parties.map((p) => [u16(p.pid), u16(N), p.points, list(p.cc), list(p.proofs)]));
  equal(t2, run.t2, 'T2');

  // Derive.
  const out = keys.map((k) => {
    const share = (pid) => curve.mod(parties.reduce((acc, p) => acc + value(p.f[k], pid), 0n));
    const P = curve.sum(parties.map((p) => p.C[k][0]));
    const chainCode = H('dkg-cc', t2, list(parties.map((p) => p.cc[k])));
    const X = parties.map((p) => curve.mul(curve.G, share(p.pid)));
    const entries = parties.map((p, i) => cat(u16(p.pid), p.nid, curve.enc(X[i])));
    const kh = H('key-record', text(run.suite), text(curve.name), ids[k], u32(0), u8(t), u8(pids.length), list(entries), curve.enc(P), chainCode);
    equal(cat(ids[k], u32(0), u8(t), u8(pids.length), entries, curve.enc(P), chainCode), run.records[k], `record ${k}`);
    equal(kh, run.recordHashes[k], `KH ${k}`);
    for (const { pid, values } of run.shares) equal(curve.encScalar(share(pid)), values[k], `share ${k} of ${pid}`);
    for (let from = 0; from + t <= pids.length; from++) {
      const S = pids.slice(from, from + t);
      const x = S.reduce((acc, pid) => acc + curve.lagrange(S, pid) * share(pid), 0n);
      must(curve.mul(curve.G, x).equals(P), `interpolation of key ${k} from ${from}`);
    }
    return { id: ids[k], P, chainCode, kh, share, X };
  });
  const root = tree(out.map((key) => key.kh));
  equal(root, run.recordsRoot, 'KHR');

  // Round 3: the checks of a batch draw before the proofs do.
  for (const p of parties) {
    const coefficients = (batches) => { for (let i = 0; i < batches * N; i++) p.random.draw(16); };
    if (N > 1) coefficients(2 * (pids.length - 1));
    coefficients(1);
    const proofs = out.map((key, k) => prove(curve, 'pok-share', [t2, root, u16(p.pid), u16(k)], key.share(p.pid), key.X[pids.indexOf(p.pid)], p.random.draw(32)));
    p.third = signed(p, 3, 0, t1, cat(t2, root, proofs));
  }

  must(run.messages.length === 3 * pids.length * (pids.length - 1), 'number of messages');
  for (const { round, from, to, payload } of run.messages) {
    const p = parties[pids.indexOf(from)];
    const whole = round === 1 ? p.first : round === 3 ? p.third : cat(p.opening, signed(p, 2, to, t1, cat(p.sharesFor(to).map(curve.encScalar))));
    equal(whole, payload, `round ${round} from ${from} to ${to}`);
  }
  const ack = H('ack', VERSION, text(run.suite), ZERO, order, t2, root);
  equal(ack, run.ack, 'digest of the ACKs');
  equal(cat(u16(pids.length), parties.map((p) => [u16(p.pid), p.sign(ack)])), run.certificate, 'certificate');
  const path = inclusion(out.map((key) => key.kh), N - 1);
  equal(cat(hex(run.certificate), ZERO, order, t2, u16(N - 1), u16(N), u8(path.length), path), run.lastKeyCertificate, 'certificate of the last key');
  return { curve, parties, keys: out };
}
