// Refresh, reshare and recovery, §10, replayed from the seed of a frozen run: every message of every member, transcripts, records, shares, certificate.
import { cat, H, list, same, text, u16, u32, u8, hex } from './bytes.mjs';
import { keyGeneration, partiesOf, prove, tree } from './dkg.mjs';
import { equal, must, source } from './random.mjs';

const VERSION = u8(1);
const tags = { refresh: 'rf', reshare: 'rs', recovery: 'rc' };

/** What the order says, and the keys as key generation left them, ascending by id. */
function before(run) {
  const { curve, keys, parties } = keyGeneration(run.generation);
  const holders = parties.map((p) => p.pid);
  const ordered = keys.map((key, k) => ({ ...key, record: hex(run.generation.records[k]) })).sort((a, b) => Buffer.compare(a.id, b.id));
  for (const key of ordered) key.X = new Map(holders.map((pid) => [pid, curve.mul(curve.G, key.share(pid))]));
  const members = partiesOf({ seed: run.generation.seed, parties: run.members });
  const entry = (pid) => { const { nid } = members.find((m) => m.pid === pid); return cat(u16(pid), nid); };
  return { curve, holders, keys: ordered, members, entry, t: run.generation.threshold };
}

function contextOf(run, { keys, members, entry }) {
  const S = list(run.dealers.map(entry));
  const own = {
    refresh: [],
    reshare: [S, list(run.newParties.map(entry)), u8(run.newThreshold), u8(run.newParties.length)],
    recovery: [S, u16(run.newParties[0])],
  }[run.protocol];
  const fields = [VERSION, tree(keys.map((key) => key.kh)), hex(run.order), ...own, members[0].nid, cat(Buffer.alloc(31), u8(1))];
  equal(cat(fields), run.start, 'START');
  const ctx = H(`${tags[run.protocol]}-ctx`, ...fields);
  equal(ctx, run.context, 'ctx');
  return ctx;
}

/** Secrets of dealer i for one key: coefficients (refresh, reshare) or parts, in the order of S (recovery). */
function deal(run, { curve, t }, key, i, random) {
  const draw = (count) => Array.from({ length: count }, () => random.scalar(curve));
  if (run.protocol === 'refresh') return [0n, ...draw(t).slice(1)];
  if (run.protocol === 'reshare') return [curve.mod(curve.lagrange(run.dealers, i) * key.share(i)), ...draw(run.newThreshold).slice(1)];
  const v = curve.mod(curve.lagrange(run.dealers, i, run.newParties[0]) * key.share(i));
  const drawn = draw(t - 1);
  return [...drawn, curve.mod(v - drawn.reduce((a, b) => a + b, 0n))];
}

export function maintenance(run) {
  const old = before(run);
  const { curve, keys, members, entry, t } = old;
  const [N, tag, ctx] = [keys.length, tags[run.protocol], contextOf(run, old)];
  const { dealers: S, newParties } = run;
  const renews = run.protocol !== 'recovery';
  const receivers = renews ? newParties : S;
  const signed = (m, round, to, t1, payload) =>
    cat(payload, m.sign(H('bc-sig', ctx, u8(round), u16(m.pid), u16(to), ...(t1 ? [t1] : []), H('bc-payload', payload))));
  const batch = (random) => { if (N > 1) for (let k = 0; k < N; k++) random.draw(16); };

  // Round 1. A dealer of several keys first compares its shares with the records, which draws.
  const dealers = S.map((pid) => members.find((m) => m.pid === pid));
  for (const m of members) m.random = source(run.generation.seed, `maintenance/${m.pid}`);
  for (const d of dealers) {
    batch(d.random);
    d.secrets = keys.map((key) => deal(run, old, key, d.pid, d.random));
    d.salt = d.random.draw(32);
    d.points = d.secrets.map((row) => row.slice(run.protocol === 'refresh' ? 1 : 0).map((x) => curve.enc(curve.mul(curve.G, x))));
    d.fields = [u16(N), d.points.map((row) => list(row))];
    d.com = H(`${tag}-com`, ctx, u16(d.pid), d.fields, d.salt);
    d.first = signed(d, 1, 0, null, cat(ctx, d.com, run.protocol === 'refresh' ? [] : keys.map((key) => key.record)));
  }
  const t1 = H(`${tag}-t1`, ctx, list(dealers.map((d) => cat(u16(d.pid), d.com))));
  equal(t1, run.t1, 'T1');

  // Round 2.
  const value = (row, pid) => (renews ? curve.mod(row.reduceRight((acc, a) => acc * BigInt(pid) + a, 0n)) : row[S.indexOf(pid)]);
  for (const d of dealers) d.opening = signed(d, 2, 0, t1, cat(t1, d.points, d.salt));
  const second = (d, to) => (receivers.includes(to)
    ? cat(d.opening, signed(d, 2, to, t1, cat(d.secrets.map((row) => curve.encScalar(value(row, to)))))) : d.opening);
  const t2 = H(`${tag}-t2`, t1, u16(S.length), dealers.map((d) => [u16(d.pid), d.fields]));
  equal(t2, run.t2, 'T2');
  const dealt = (k, pid) => dealers.reduce((acc, d) => acc + value(d.secrets[k], pid), 0n);
  const { records, khs, root, share } = renews ? renewed(run, old, dealt) : recovered(run, old, dealt);
  records.forEach((record, k) => equal(record, run.records[k], `record ${k}`));
  khs.forEach((kh, k) => equal(kh, run.recordHashes[k], `KH ${k}`));
  equal(root, run.recordsRoot, 'KHR');
  for (const { pid, values } of run.shares) values.forEach((v, k) => equal(curve.encScalar(share(k, pid)), v, `share ${k} of ${pid}`));
  must(run.shares.length === newParties.length, 'number of parties with shares');

  // Round 3: the checks of a batch draw before the proofs do.
  const confirmers = renews ? newParties : S;
  for (const pid of confirmers) {
    const m = members.find((one) => one.pid === pid);
    for (const d of dealers) {
      if (d === m) continue;
      if (run.protocol !== 'refresh') batch(m.random); // whose secret was dealt
      batch(m.random); // shares
    }
    if (run.protocol === 'refresh') for (let k = 0; k < N; k++) m.random.draw(16); // interpolation
    batch(m.random); // own sums
    m.third = renews
      ? signed(m, 3, 0, t1, cat(t2, root, keys.map((_, k) =>
        prove(curve, 'pok-share', [t2, root, u16(pid), u16(k)], share(k, pid), curve.mul(curve.G, share(k, pid)), m.random.draw(32)))))
      : signed(m, 3, newParties[0], t1, cat(t2, keys.map((_, k) => curve.encScalar(dealt(k, pid)))));
  }

  const peers = members.length - 1;
  must(run.messages.length === 2 * S.length * peers + (renews ? newParties.length * peers : S.length), 'number of messages');
  for (const { round, from, to, payload } of run.messages) {
    const m = members.find((one) => one.pid === from);
    must(round === 3 ? confirmers.includes(from) : S.includes(from), `${from} sends nothing in round ${round}`);
    equal(round === 1 ? m.first : round === 2 ? second(m, to) : m.third, payload, `round ${round} from ${from} to ${to}`);
  }
  if (renews) {
    const ack = H('ack', VERSION, text(run.generation.suite), tree(keys.map((key) => key.kh)), hex(run.order), t2, root);
    equal(ack, run.ack, 'digest of the ACKs');
    equal(cat(u16(members.length), members.map((m) => [u16(m.pid), m.sign(ack)])), run.certificate, 'certificate');
  } else must(run.ack === undefined && run.certificate === undefined, 'a recovery has no certificate');
  return keys.length;
}

/** Records of the next generation: other shares of the same key. */
function renewed(run, { curve, keys, holders, entry, t }, dealt) {
  const { newParties, newThreshold, generation } = run;
  const isRefresh = run.protocol === 'refresh';
  const share = (k, pid) => curve.mod(dealt(k, pid) + (isRefresh ? keys[k].share(pid) : 0n));
  const made = keys.map((key, k) => {
    const entries = newParties.map((pid) => cat(entry(pid), curve.enc(curve.mul(curve.G, share(k, pid)))));
    const head = [key.id, u32(1), u8(newThreshold), u8(newParties.length)];
    for (let from = 0; from + newThreshold <= newParties.length; from++) {
      const T = newParties.slice(from, from + newThreshold);
      must(curve.mul(curve.G, T.reduce((acc, pid) => acc + curve.lagrange(T, pid) * share(k, pid), 0n)).equals(key.P), `interpolation of key ${k} from ${from}`);
    }
    for (const pid of newParties) must(!holders.includes(pid) || share(k, pid) !== key.share(pid), `share ${k} of ${pid} stayed`);
    return {
      record: cat(head, entries, curve.enc(key.P), key.chainCode),
      kh: H('key-record', text(generation.suite), text(curve.name), head, list(entries), curve.enc(key.P), key.chainCode),
    };
  });
  if (isRefresh) must(newThreshold === t && same(cat(newParties.map(u16)), cat(holders.map(u16))), 'a refresh keeps t and parties');
  return { records: made.map((one) => one.record), khs: made.map((one) => one.kh), root: tree(made.map((one) => one.kh)), share };
}

/** The present records, and the lost share as the sum of what the helpers were dealt. */
function recovered(run, { curve, keys }, dealt) {
  const [r] = run.newParties;
  const share = (k) => curve.mod(run.dealers.reduce((acc, pid) => acc + dealt(k, pid), 0n));
  keys.forEach((key, k) => must(share(k) === key.share(r), `recovered share ${k}`));
  return { records: keys.map((key) => key.record), khs: keys.map((key) => key.kh), root: tree(keys.map((key) => key.kh)), share };
}
