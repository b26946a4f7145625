// Threshold ECDSA, §5–§8.6, §12, §13, replayed from the seed of a frozen run: pair setups, a presign session, signatures.
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bit, bits, cat, hex, sha256, text, u16, u8 } from './bytes.mjs';
import { secp } from './curves.mjs';
import { equal, must, source } from './random.mjs';
import { evaluateM2, KAPPA, m0, makeM1, makeM2, setupId, setupSid, zeroSeed } from './setup.mjs';
import { requestOf, sign } from './online.mjs';
import { presign } from './presign.mjs';

const many = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const noble = { secp256k1, 'P-256': p256 };
const pick = (list, pid) => list.find((entry) => entry.pid === pid);

function compare(recorded, sent, keys) {
  must(recorded.length === sent.length, 'number of messages');
  for (const message of recorded) {
    const found = sent.find((m) => keys.every((key) => m[key] === message[key]));
    const what = keys.map((key) => `${key} ${message[key]}`).join(', ');
    must(found?.payload.length === message.size, `size of ${what}`);
    equal(sha256(found.payload), message.sha256, what);
  }
}

/** One pair, both directions; gives the direction of each node as A, and the zero seed, which round 2 of presigning shows to be right. */
function pairSetup(run, nodes, recorded) {
  const ends = [recorded.low, recorded.high].map((pid, i) => {
    const random = source(`${run.seed}/${recorded.low}-${recorded.high}`, `setup/${i}`);
    return { ...nodes.get(pid), random, nonceAsA: random.draw(32), nonceAsB: random.draw(32) };
  });
  must(Buffer.compare(ends[0].nid, ends[1].nid) < 0, 'the lower nid comes first');
  const peerOf = (end) => ends[1 - ends.indexOf(end)];
  const sent = ends.map((end) => ({ from: end.pid, number: 0, payload: m0(0, 0, end.nonceAsA, end.nonceAsB) }));
  for (const A of ends) {
    A.sid = setupSid(A, peerOf(A), 1, A.nonceAsA, peerOf(A).nonceAsB);
    const chosen = bits(A.random.draw(KAPPA / 8));
    A.secrets = { choices: many(KAPPA, (i) => bit(chosen, i)), a: many(KAPPA, () => A.random.scalar(secp)), s: many(KAPPA, () => A.random.scalar(secp)), z: A.random.draw(32) };
    A.m1 = makeM1(A.sid, A.secrets);
  }
  const directions = ends.map((A) => {
    const B = peerOf(A);
    const e = many(KAPPA, () => [B.random.scalar(secp), B.random.scalar(secp)]);
    const { m2, leaves } = makeM2(A.sid, A.m1, { e, z: B.random.draw(32) });
    const got = evaluateM2(A.sid, A.m1, m2, A.secrets);
    must(got.verdict, 'verdict over the trees');
    const id = setupId(A.sid, A.m1, m2);
    const from = (end, number, payload) => sent.push({ from: end.pid, number, payload });
    from(A, 1, A.m1);
    from(B, 2, m2);
    from(A, 3, id);
    from(B, 4, id);
    return { sender: A.pid, receiver: B.pid, id, m1: A.m1, m2, delta: got.delta, senderLeaves: got.leaves, receiverLeaves: leaves };
  });
  compare(recorded.messages, sent, ['number', 'from']);
  equal(directions[0].id, recorded.lowToHigh, 'setup_id low→high');
  equal(directions[1].id, recorded.highToLow, 'setup_id high→low');
  return { directions, seed: zeroSeed(directions[0], directions[1]) };
}

/** Presignatures of one session share its messages, one behind the other; presignature k has the session's id with k added into the last two bytes by xor. */
function presignSession(run, { curve, keys, parties }, nodes, pairs) {
  const [key] = keys;
  const pids = parties.map((p) => p.pid).slice(-run.threshold);
  const signers = pids.map((pid) => nodes.get(pid));
  const count = run.signatures.length;
  const session = cat(Buffer.alloc(31), u8(2));
  const curveNumber = curve.name === 'secp256k1' ? 1 : 2;
  equal(cat(u8(1), u8(curveNumber), u8(curveNumber), key.kh, u8(pids.length), signers.map((s) => [u16(s.pid), s.nid, s.iid]), signers[0].nid, signers[0].iid, session, u8(count)),
    run.presign.start, 'START of presign');

  const drawn = pids.map((pid) => {
    const random = source(run.seed, `presign/${pid}`);
    const peers = pids.filter((peer) => peer !== pid);
    const own = many(count, () => ({ pid, share: key.share(pid), r: random.scalar(curve), phi: random.scalar(curve), salt: random.draw(32), peers: new Map() }));
    for (const peer of peers) for (const one of own) one.peers.set(peer, { beta: bits(random.draw(52)), nu: random.draw(32), mask: bits(random.draw(16)) });
    for (const peer of peers) for (const one of own) one.peers.get(peer).aHat = random.scalar(curve);
    return own;
  });
  const pairOf = (i, j) => pairs.find(({ directions: [d] }) => [d.sender, d.receiver].includes(i) && [d.sender, d.receiver].includes(j));
  const made = many(count, (k) => {
    const psid = Buffer.from(session);
    psid[30] ^= count - 1;
    psid[31] ^= k;
    return presign({
      curve, kh: key.kh, P: key.P, signers, initiator: signers[0], psid, parties: drawn.map((own) => own[k]),
      setup: (a, b) => pairOf(a, b).directions.find((d) => d.sender === a), zeroSeed: (i, j) => pairOf(i, j).seed,
    });
  });
  const sent = made[0].messages.map((m) => ({
    ...m, payload: cat(made.map((one) => one.messages.find((other) => ['round', 'from', 'to'].every((field) => other[field] === m[field])).payload)),
  }));
  compare(run.presign.messages, sent, ['round', 'from', 'to']);
  for (const { pid, payload } of run.presign.ready) equal(cat(made.map((one) => one.ready)), payload, `READY of ${pid}`);
  must(run.presign.ready.length === pids.length, 'number of READY');
  return made;
}

export function ecdsa(run, generated) {
  const { curve, keys: [key], parties } = generated;
  const nodes = new Map(parties.map(({ pid, nid }) => {
    const iid = source(run.seed, `instance/${pid}`).draw(16);
    equal(iid, pick(run.instances, pid).iid, `instance of ${pid}`);
    return [pid, { pid, nid, iid }];
  }));
  must(run.setups.length === (run.threshold * (run.threshold - 1)) / 2, 'number of pair setups');
  const pairs = run.setups.map((recorded) => pairSetup(run, nodes, recorded));
  const presignatures = presignSession(run, generated, nodes, pairs);
  for (const s of run.signatures) {
    const one = presignatures[s.presignature];
    const random = source(run.seed, `sign/${s.name}`);
    const terms = { t2: one.t2, kh: key.kh, osid: random.draw(32), entropy: random.draw(32), digest: sha256(text('a message')), path: s.path, application: text('an application payload') };
    equal(requestOf(terms), s.request, `request ${s.name}`);
    const signed = sign({ curve, P: key.P, chainCode: key.chainCode, R: one.R, signers: one.parties, ...terms });
    must(s.replies.length === signed.replies.length, 'number of replies');
    for (const { pid, payload } of s.replies) equal(pick(signed.replies, pid).payload, payload, `reply of ${pid}`);
    equal(curve.enc(signed.publicKey), s.publicKey, `derived key ${s.name}`);
    equal(signed.signature, s.signature, `signature ${s.name}`);
    must(noble[curve.name].verify(hex(s.signature).subarray(0, 64), terms.digest, hex(s.publicKey), { prehash: false, lowS: true }), 'noble refuses the signature');
  }
}
