// A participant of FROST that is not ours: @noble/curves' FROST behind JSON lines. One request a line on standard input, one answer a line on standard output;
// byte strings are hexadecimal, parties their numbers. Ends when its input does. Requests:
//   { do: "deal" | "dkg", suite, threshold, pids }       makes a key by noble's dealer or by noble's own key generation; all shares are told
//   { do: "adopt", threshold, pids, publicKey, shares: { pid: X }, pid, share, suite, root? }   takes one share of a key made elsewhere; root: tweaked as BIP-341 says
//   { do: "commit" }                                     a fresh pair of nonces of the adopted share
//   { do: "sign", message, commitments: { pid: D ‖ E } } its share over the commitments of all signers
//   { do: "aggregate", message, commitments, shares }    as coordinator: the signature, or whom it blames
//   { do: "verify", message, signature }                 under the adopted key, by RFC 8032 or BIP-340
import { createInterface } from 'node:readline';
import { ed25519, ed25519_FROST } from '@noble/curves/ed25519.js';
import { schnorr, schnorr_FROST, secp256k1 } from '@noble/curves/secp256k1.js';

const suites = {
  'frost-ed25519': { frost: ed25519_FROST, verify: (signature, message, key) => ed25519.verify(signature, message, key, { zip215: false }) },
  'frost-secp256k1-tr': { frost: schnorr_FROST, verify: (signature, message, key) => schnorr.verify(signature, message, key.subarray(1)) },
};
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const bytes = (text) => Uint8Array.from(Buffer.from(text, 'hex'));
const map = (object, change) => Object.fromEntries(Object.entries(object).map(([key, value]) => change(key, value)));

function told(frost, pids, publicPackage, secretOf) {
  const id = (pid) => frost.Identifier.fromNumber(pid);
  return {
    publicKey: hex(publicPackage.commitments[0]),
    publicShares: Object.fromEntries(pids.map((pid) => [pid, hex(publicPackage.verifyingShares[id(pid)])])),
    shares: Object.fromEntries(pids.map((pid) => [pid, hex(secretOf(id(pid)).signingShare)])),
  };
}

function deal({ suite, threshold, pids }) {
  const { frost } = suites[suite];
  const dealt = frost.trustedDealer({ min: threshold, max: pids.length }, pids.map((pid) => frost.Identifier.fromNumber(pid)));
  for (const secret of Object.values(dealt.secretShares)) frost.validateSecret(secret, dealt.public);
  return told(frost, pids, dealt.public, (id) => dealt.secretShares[id]);
}

function dkg({ suite, threshold, pids }) {
  const { frost } = suites[suite];
  const ids = pids.map((pid) => frost.Identifier.fromNumber(pid));
  const first = ids.map((id) => frost.DKG.round1(id, { min: threshold, max: pids.length }));
  const others = (at) => first.filter((_, k) => k !== at).map((x) => x.public);
  const second = ids.map((_, k) => frost.DKG.round2(first[k].secret, others(k)));
  const keys = ids.map((id, k) => frost.DKG.round3(first[k].secret, others(k), ids.flatMap((_, from) => (from === k ? [] : [second[from][id]]))));
  return told(frost, pids, keys[0].public, (id) => keys[ids.indexOf(id)].secret);
}

// BIP-341: the key made even, then t·G added, on public and secret parts alike.
function tweaked(publicPackage, secret, root) {
  const { Point } = secp256k1;
  const P = Point.fromBytes(publicPackage.commitments[0]);
  const odd = (P.toAffine().y & 1n) === 1n;
  const t = BigInt('0x' + hex(schnorr.utils.taggedHash('TapTweak', P.toBytes().subarray(1), root)));
  const point = (encoded) => {
    const X = Point.fromBytes(encoded);
    return (odd ? X.negate() : X).add(Point.BASE.multiply(t)).toBytes();
  };
  const x = Point.Fn.fromBytes(secret.signingShare);
  return {
    public: { ...publicPackage, commitments: [point(publicPackage.commitments[0])], verifyingShares: map(publicPackage.verifyingShares, (id, X) => [id, point(X)]) },
    secret: { ...secret, signingShare: Point.Fn.toBytes(Point.Fn.add(odd ? Point.Fn.neg(x) : x, t)) },
  };
}

let own; // { suite, frost, public, secret, nonces }

function adopt({ suite, threshold, pids, publicKey, shares, pid, share, root }) {
  const { frost } = suites[suite];
  const id = (number) => frost.Identifier.fromNumber(Number(number));
  const whole = {
    public: { signers: { min: threshold, max: pids.length }, commitments: [bytes(publicKey)], verifyingShares: map(shares, (number, X) => [id(number), bytes(X)]) },
    secret: { identifier: id(pid), signingShare: bytes(share) },
  };
  own = { suite, frost, id, ...(root === undefined ? whole : tweaked(whole.public, whole.secret, bytes(root))) };
  return { publicKey: hex(own.public.commitments[0]) };
}

function commitments(list) {
  return Object.entries(list).map(([pid, encoded]) => {
    const both = bytes(encoded);
    return { identifier: own.id(pid), hiding: both.subarray(0, both.length / 2), binding: both.subarray(both.length / 2) };
  });
}

const actions = {
  deal, dkg, adopt,
  commit() {
    const made = own.frost.commit(own.secret);
    own.nonces = made.nonces;
    return { commitment: hex(made.commitments.hiding) + hex(made.commitments.binding) };
  },
  sign: ({ message, commitments: list }) => ({ share: hex(own.frost.signShare(own.secret, own.public, own.nonces, commitments(list), bytes(message))) }),
  aggregate({ message, commitments: list, shares }) {
    try {
      return { signature: hex(own.frost.aggregate(own.public, commitments(list), bytes(message), map(shares, (pid, z) => [own.id(pid), bytes(z)]))) };
    } catch (error) {
      if (!Array.isArray(error.cheaters)) throw error;
      return { cheaters: Object.keys(shares).filter((pid) => error.cheaters.includes(own.id(pid))).map(Number) };
    }
  },
  verify: ({ message, signature }) => ({ valid: suites[own.suite].verify(bytes(signature), bytes(message), own.public.commitments[0]) }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try { answer = actions[request.do](request); } catch (error) { answer = { error: String(error.stack) }; }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
