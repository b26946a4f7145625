// Replays frozen pair setups (tests/Vectors/pair-setup) from their seeds and compares every message and every secret; shares no code with the product.
// Usage: node verify-pair-setups.mjs file.json…   Prints for every file how much was compared; exit code 0 only if all of it was equal.
import { readFileSync } from 'node:fs';
import { bit, cat, hex, unbits } from './bytes.mjs';
import { secp } from './curves.mjs';
import { equal, must, source, tally } from './random.mjs';
import { deltaBits, evaluateM2, KAPPA, LEAVES, m0, makeM1, makeM2, setupId, setupSid, TREES, zeroSeed } from './setup.mjs';

const files = process.argv.slice(2);
if (files.length === 0) { console.error('no transcript given'); process.exit(2); }
const judged = [];
for (const file of files) {
  const run = JSON.parse(readFileSync(file, 'utf8'));
  const before = tally.checks;
  must(run.format === 'mpcsigner-pair-setup-1', 'format');
  must(run.nodes.length === 2 && run.nodes[0].nid < run.nodes[1].nid, 'two nodes, the lower nid first');
  must(run.messages.length === 10 && run.directions.length === 2, 'five messages a node, two directions');
  replay(run);
  judged.push({ file, checks: tally.checks - before });
}
console.log(JSON.stringify(judged));

function replay(run) {
  const message = (round, from) => hex(run.messages.find((m) => m.round === round && m.from === from).payload);
  const nodes = run.nodes.map((n, i) => {
    const random = source(run.seed, `setup/${i}`);
    return { ...n, index: i, nid: hex(n.nid), iid: hex(n.iid), random, nonceAsA: random.draw(32), nonceAsB: random.draw(32) };
  });
  for (const n of nodes) equal(m0(n.lastAsA, n.lastAsB, n.nonceAsA, n.nonceAsB), message(0, n.index), `M0 of node ${n.index}`);

  const directions = nodes.map((a) => {
    const b = nodes[1 - a.index];
    const epoch = Math.max(a.lastAsA, b.lastAsB) + 1;
    return { a, b, epoch, sid: setupSid(a, b, epoch, a.nonceAsA, b.nonceAsB), recorded: run.directions.find((d) => d.sender === a.index) };
  });
  // Both draw for M1 before either draws for M2.
  for (const d of directions) {
    const packed = d.a.random.draw(16);
    d.secrets = {
      choices: Array.from({ length: KAPPA }, (_, i) => (packed[i >> 3] >> (i & 7)) & 1),
      a: Array.from({ length: KAPPA }, () => d.a.random.scalar(secp)),
      s: Array.from({ length: KAPPA }, () => d.a.random.scalar(secp)),
      z: d.a.random.draw(32),
    };
    d.m1 = makeM1(d.sid, d.secrets);
    equal(d.m1, message(1, d.a.index), `M1 of node ${d.a.index}`);
  }
  for (const d of directions) {
    const e = Array.from({ length: KAPPA }, () => [d.b.random.scalar(secp), d.b.random.scalar(secp)]);
    const made = makeM2(d.sid, d.m1, { e, z: d.b.random.draw(32) });
    d.m2 = made.m2;
    equal(d.m2, message(2, d.b.index), `M2 of node ${d.b.index}`);
    equal(cat(made.leaves.map((tree) => tree.map((leaf) => leaf.subarray(0, 16)))), d.recorded.receiverLeaves, 'leaves of B');

    const { delta, leaves, verdict } = evaluateM2(d.sid, d.m1, d.m2, d.secrets);
    must(verdict, 'the verdict of A');
    equal(unbits(deltaBits(delta), 16), d.recorded.delta, 'Δ');
    for (let p = 0; p < KAPPA; p++) must(bit(deltaBits(delta), p) === bit(delta[p >> 2], p & 3), 'bit order of Δ');
    // Slot z of tree i holds leaf z ⊕ Δ_i; the missing one is zero.
    const slots = Array.from({ length: TREES }, (_, i) => Array.from({ length: LEAVES }, (_, z) => leaves[i][z ^ delta[i]]?.subarray(0, 16) ?? Buffer.alloc(16)));
    for (const tree of slots) must(tree[0].every((x) => x === 0), 'the missing leaf');
    equal(cat(slots), d.recorded.senderLeaves, 'leaves of A');

    must(d.epoch === d.recorded.epoch, 'epoch');
    d.id = setupId(d.sid, d.m1, d.m2);
    equal(d.id, d.recorded.setupId, 'setup_id');
    equal(d.id, message(3, d.a.index), `M3 of node ${d.a.index}`);
    equal(d.id, message(4, d.b.index), `M4 of node ${d.b.index}`);
  }
  equal(zeroSeed(directions[0], directions[1]), run.zeroSeed, 'zero_seed');
}
