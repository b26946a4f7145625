// Recomputes frozen transcripts of key generation and signing with @noble/curves and node's hashes; shares no code with the product.
// Usage: node verify-transcripts.mjs file.json…   Exit code 0 only if every check of every file holds.
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ed25519 } from '@noble/curves/ed25519.js';

const Point = ed25519.Point;
const L = Point.Fn.ORDER;
const mod = (x) => ((x % L) + L) % L;
const hex = (s) => Buffer.from(s, 'hex');
const le = (b) => b.reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n);
const be = (b) => b.reduce((n, byte) => (n << 8n) | BigInt(byte), 0n);
const scalar = (b) => { const n = le([...b]); if (n >= L) throw new Error('scalar not canonical'); return n; };
const encScalar = (n) => { const b = Buffer.alloc(32); for (let i = 0; i < 32; i++) { b[i] = Number(n & 255n); n >>= 8n; } return b; };
const point = (b) => { const p = Point.fromBytes(Uint8Array.from(b)); if (p.is0() || !p.isTorsionFree()) throw new Error('point outside the group'); return p; };
const times = (p, n) => (mod(n) === 0n ? Point.ZERO : p.multiply(mod(n)));
const enc = (p) => Buffer.from(p.toBytes());
const sum = (points) => points.reduce((a, b) => a.add(b), Point.ZERO);
const u8 = (n) => Buffer.from([n]);
const u16 = (n) => { const b = Buffer.alloc(2); b.writeUInt16BE(n); return b; };
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
const lp = (b) => Buffer.concat([u32(b.length), b]);
const text = (s) => Buffer.from(s, 'ascii');
const sha512 = (...parts) => createHash('sha512').update(Buffer.concat(parts)).digest();
const H = (tag, ...fields) => createHash('sha256').update(Buffer.concat([lp(text('TSS1/' + tag)), ...fields.map(lp)])).digest();
const Hs = (tag, ...fields) => mod(be([...sha512(lp(text('TSS1/' + tag)), lp(text('edwards25519')), ...fields.map(lp))]));
const list = (items) => [u16(items.length), ...items];

let checks = 0;
const must = (ok, what) => { checks++; if (!ok) throw new Error(what); };
const same = (a, b, what) => must(Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0, what);

function lagrange(set, i, at = 0n) {
  let [num, den] = [1n, 1n];
  for (const m of set) if (m !== i) { num = mod(num * (at - m)); den = mod(den * (i - m)); }
  return mod(num * Point.Fn.inv(den));
}

function proofHolds(tag, context, statement, proof) {
  const [A, z] = [point(proof.subarray(0, 32)), scalar(proof.subarray(32))];
  return times(Point.BASE, z).equals(A.add(times(statement, Hs(tag, ...context, enc(statement), enc(A)))));
}

function signedBy(run, pid, round, to, t1, payload, signature) {
  const identity = run.parties.find((p) => p.pid === pid).identity;
  const fields = [hex(run.dctx), u8(round), u16(pid), u16(to), ...(t1 ? [t1] : []), H('bc-payload', payload)];
  must(ed25519.verify(signature, H('bc-sig', ...fields), hex(identity)), `signature of ${pid} in round ${round}`);
}

function keyGeneration(run) {
  const { threshold: t, keys: N, parties } = run;
  const pids = parties.map((p) => p.pid);
  for (const p of parties) same(createHash('sha256').update(hex(p.identity)).digest(), hex(p.nid), 'nid');
  const keyIds = Array.from({ length: N }, (_, k) => H('key-id', hex(run.order), u16(k)));
  const L1 = parties.map((p) => Buffer.concat([u16(p.pid), hex(p.nid)]));
  const dsid = Buffer.alloc(32); dsid[31] = 1;
  const initiator = hex(parties[0].nid);
  const dctx = H('dkg-ctx', u8(1), text('frost-ed25519'), text('edwards25519'), hex(run.order), ...list(keyIds), u8(t), u8(pids.length), ...list(L1), initiator, dsid);
  same(dctx, hex(run.dctx), 'dctx');
  same(Buffer.concat([u8(1), u8(3), u8(3), hex(run.order), u16(N), ...keyIds, u8(t), u8(pids.length), ...L1, initiator, dsid]), hex(run.start), 'START');

  const message = (round, from, to) => hex(run.messages.find((m) => m.round === round && m.from === from && (to === undefined || m.to === to)).payload);
  must(run.messages.length === 3 * pids.length * (pids.length - 1), 'number of messages');
  const coms = pids.map((pid) => message(1, pid).subarray(32, 64));
  const t1 = H('dkg-t1', dctx, ...list(pids.map((pid, i) => Buffer.concat([u16(pid), coms[i]]))));
  same(t1, hex(run.t1), 'T1');

  const size = 32 + 32 * t * N + 32 * N + 32 + 64 * N;
  const dealers = pids.map((pid, i) => {
    for (const to of pids) if (to !== pid) {
      const first = message(1, pid, to);
      same(first.subarray(0, 32), dctx, 'ctx'); same(first, message(1, pid), 'round 1 is a broadcast');
      signedBy(run, pid, 1, 0, null, first.subarray(0, 64), first.subarray(64));
      const second = message(2, pid, to);
      must(second.length === size + 64 + 32 * N + 64, 'length of round 2');
      same(second.subarray(0, size + 64), message(2, pid).subarray(0, size + 64), 'round 2 has one broadcast part');
      signedBy(run, pid, 2, to, t1, second.subarray(size + 64, size + 64 + 32 * N), second.subarray(size + 64 + 32 * N));
    }
    const open = message(2, pid).subarray(0, size);
    signedBy(run, pid, 2, 0, t1, open, message(2, pid).subarray(size, size + 64));
    same(open.subarray(0, 32), t1, 'T1 in round 2');
    const at = (offset, length) => open.subarray(offset, offset + length);
    const encoded = Array.from({ length: N }, (_, k) => Array.from({ length: t }, (_, m) => at(32 + 32 * (k * t + m), 32)));
    const ccAt = 32 + 32 * t * N;
    const cc = Array.from({ length: N }, (_, k) => at(ccAt + 32 * k, 32));
    const salt = at(ccAt + 32 * N, 32);
    const proofs = Array.from({ length: N }, (_, k) => at(ccAt + 32 * N + 32 + 64 * k, 64));
    const points = encoded.flatMap((p) => [u16(t), ...p]);
    same(H('dkg-com', dctx, u16(pid), u16(N), ...points, ...list(cc), salt), coms[i], `opening of ${pid}`);
    const C = encoded.map((p) => p.map(point));
    proofs.forEach((proof, k) => must(proofHolds('pok-dkg', [t1, u16(pid), u16(k)], C[k][0], proof), `pok-dkg ${pid}/${k}`));
    for (const to of pids) if (to !== pid) for (let k = 0; k < N; k++) {
      const s = scalar(message(2, pid, to).subarray(size + 64 + 32 * k, size + 96 + 32 * k));
      must(times(Point.BASE, s).equals(sum(C[k].map((c, m) => times(c, BigInt(to) ** BigInt(m))))), `share ${pid} to ${to}, key ${k}`);
    }
    return { pid, C, cc, transcript: [u16(pid), u16(N), ...points, ...list(cc), ...list(proofs)] };
  });

  const t2 = H('dkg-t2', t1, u16(pids.length), ...dealers.flatMap((d) => d.transcript));
  same(t2, hex(run.t2), 'T2');
  const khs = keyIds.map((id, k) => {
    const X = (m) => sum(dealers.flatMap((d) => d.C[k].map((c, e) => times(c, BigInt(m) ** BigInt(e)))));
    const P = sum(dealers.map((d) => d.C[k][0]));
    const chain = H('dkg-cc', t2, ...list(dealers.map((d) => d.cc[k])));
    const entries = parties.map((p) => Buffer.concat([u16(p.pid), hex(p.nid), enc(X(p.pid))]));
    same(Buffer.concat([id, u32(0), u8(t), u8(pids.length), ...entries, enc(P), chain]), hex(run.records[k]), `record ${k}`);
    for (const { pid, values } of run.shares) must(times(Point.BASE, scalar(hex(values[k]))).equals(X(pid)), `x of ${pid}, key ${k}`);
    for (let from = 0; from + t <= pids.length; from++) {
      const set = run.shares.slice(from, from + t);
      const ids = set.map((s) => BigInt(s.pid));
      const x = mod(set.reduce((acc, s, i) => acc + lagrange(ids, ids[i]) * scalar(hex(s.values[k])), 0n));
      must(times(Point.BASE, x).equals(P), `interpolation of key ${k} from ${from}`);
    }
    return H('key-record', text('frost-ed25519'), text('edwards25519'), id, u32(0), u8(t), u8(pids.length), ...list(entries), enc(P), chain);
  });
  khs.forEach((kh, k) => same(kh, hex(run.recordHashes[k]), `KH ${k}`));
  const root = tree(khs);
  same(root, hex(run.recordsRoot), 'KHR');

  for (const pid of pids) {
    const third = message(3, pid);
    must(third.length === 64 + 64 * N + 64, 'length of round 3');
    signedBy(run, pid, 3, 0, t1, third.subarray(0, 64 + 64 * N), third.subarray(64 + 64 * N));
    same(third.subarray(0, 64), Buffer.concat([t2, root]), 'echo');
    for (let k = 0; k < N; k++) {
      const X = sum(dealers.flatMap((d) => d.C[k].map((c, e) => times(c, BigInt(pid) ** BigInt(e)))));
      must(proofHolds('pok-share', [t2, root, u16(pid), u16(k)], X, third.subarray(64 + 64 * k, 128 + 64 * k)), `pok-share ${pid}/${k}`);
    }
  }
  const ack = H('ack', u8(1), text('frost-ed25519'), Buffer.alloc(32), hex(run.order), t2, root);
  same(ack, hex(run.ack), 'ack digest');
  const certificate = hex(run.certificate);
  same(certificate.subarray(0, 2), u16(pids.length), 'certificate count');
  pids.forEach((pid, i) => {
    const entry = certificate.subarray(2 + 66 * i, 68 + 66 * i);
    same(entry.subarray(0, 2), u16(pid), 'certificate pid');
    must(ed25519.verify(entry.subarray(2), ack, hex(parties[i].identity)), `ack of ${pid}`);
  });
}

function tree(khs) {
  if (khs.length === 1) return H('kh-leaf', khs[0]);
  let split = 1;
  while (split * 2 < khs.length) split *= 2;
  return H('kh-node', tree(khs.slice(0, split)), tree(khs.slice(split)));
}

// The soft derivation of BIP32-Ed25519 on public values.
function derive(P, cc, path) {
  let tweak = 0n;
  for (const index of path) {
    const i = Buffer.alloc(4); i.writeUInt32LE(index);
    const hmac = (prefix) => createHmac('sha512', cc).update(Buffer.concat([u8(prefix), enc(P), i])).digest();
    const [z, next] = [hmac(2), hmac(3).subarray(32)];
    const step = mod(8n * le([...z.subarray(0, 28)]));
    tweak = mod(tweak + step);
    P = P.add(times(Point.BASE, step));
    cc = next;
  }
  return { P, tweak };
}

function signing(run, s) {
  const record = hex(run.records[s.key]);
  const root = derive(point(record.subarray(-64, -32)), record.subarray(-32), s.path);
  same(enc(root.P), hex(s.publicKey), 'derived key');
  const [request, m] = [hex(s.request), hex(s.message)];
  const B = s.commitments.map((c) => ({ pid: c.pid, D: hex(c.payload).subarray(0, 32), E: hex(c.payload).subarray(32) }));
  const tail = Buffer.concat([hex(run.recordHashes[s.key]), u32(m.length), m, u8(s.path.length), ...s.path.map(u32), u8(0), u8(0), ...B.flatMap((b) => [u16(b.pid), b.D, b.E])]);
  same(request.subarray(32), tail, 'request');
  const context = text('FROST-ED25519-SHA512-v1');
  const id = (pid) => encScalar(BigInt(pid));
  const prefix = Buffer.concat([enc(root.P), sha512(context, text('msg'), m), sha512(context, text('com'), ...B.flatMap((b) => [id(b.pid), b.D, b.E]))]);
  const rho = B.map((b) => mod(le([...sha512(context, text('rho'), prefix, id(b.pid))])));
  const R = sum(B.flatMap((b, i) => [point(b.D), times(point(b.E), rho[i])]));
  const c = mod(le([...sha512(enc(R), enc(root.P), m)]));
  const ids = B.map((b) => BigInt(b.pid));
  const z = mod(s.shares.reduce((acc, share, i) => {
    const payload = hex(share.payload);
    const value = scalar(payload.subarray(0, 32));
    const x = scalar(hex(run.shares.find((p) => p.pid === share.pid).values[s.key]));
    const right = sum([point(B[i].D), times(point(B[i].E), rho[i]), times(Point.BASE, c * lagrange(ids, ids[i]) % L * mod(x + root.tweak))]);
    must(times(Point.BASE, value).equals(right), `share of ${share.pid}`);
    must(ed25519.verify(payload.subarray(32), H('frost-share', tail, payload.subarray(0, 32)), hex(run.parties.find((p) => p.pid === share.pid).identity)), 'signature on a share');
    return acc + value;
  }, 0n));
  same(Buffer.concat([enc(R), encScalar(z)]), hex(s.signature), 'signature');
  must(ed25519.verify(hex(s.signature), m, hex(s.publicKey), { zip215: false }), 'RFC 8032 verification');
  const forged = hex(s.signature); forged[40] ^= 1;
  must(!ed25519.verify(forged, m, hex(s.publicKey), { zip215: false }), 'a forgery was accepted');
}

const files = process.argv.slice(2);
if (files.length === 0) { console.error('no transcript given'); process.exit(2); }
const judged = [];
for (const file of files) {
  const run = JSON.parse(readFileSync(file, 'utf8'));
  const before = checks;
  must(run.format === 'mpcsigner-transcript-1' && run.suite === 'frost-ed25519', 'format');
  keyGeneration(run);
  must(run.signatures.length > 0, 'no signature to check');
  for (const s of run.signatures) signing(run, s);
  judged.push({ file, checks: checks - before, signatures: run.signatures.length });
}
console.log(JSON.stringify(judged));
