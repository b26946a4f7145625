// §20 of the specification against this implementation of it. Usage: node known-answers.mjs   Prints how many answers hold; exit code 0 only if all do.
import { aes, be, bits, crh, gfMultiply, H, hex, os2ip, prg, sha512, text, unbits } from './bytes.mjs';
import { edwards, p256c, secp } from './curves.mjs';
import { checkDigest, checkValue, expand, hashToGroup } from './setup.mjs';
import { challenges, crhKey, fold, gadget } from './vole.mjs';
import { derive } from './derivation.mjs';

let answers = 0;
function is(actual, expected, what) {
  if (Buffer.from(actual).toString('hex') !== expected) throw new Error(`${what}: ${Buffer.from(actual).toString('hex')}, expected ${expected}`);
  answers++;
}
const run = (from, count) => Buffer.from(Array.from({ length: count }, (_, i) => from + i));
const b32 = run(0, 32);
const abc = text('abc');

is(H('x', abc), 'ed82bfebcb93bbd5b67d30697cf5d4827fafdba045ac15fe93bb8669e396f74b', 'H');
is(H('x', text('ab'), text('c')), 'ff35aef31355059a454cc2289a4da0b9d3713cc24997d97fd4aa12ece1cb12cd', 'H of two fields');
is(be(secp.Hs('x', abc), 32), '5d4ff540b082f61ce5b0b66f271d30cf381566ebc53c9e9e96801f2dd390af77', 'Hs, secp256k1');
is(be(p256c.Hs('x', abc), 32), '9330782240d785388075a6a98e98b750f4435f77272c764960f3c25aedce1b95', 'Hs, P-256');
for (const [curve, first, last, sum] of [
  [secp, '883620acda1cafba2b0528133fe7508714e351fb61449c374d8340497298d2b4', '78b69168e4a312d5cd388d06272a897b036c25d37db0ee5848419bea899fa06b', 'f623cf82246d7c3631943d941a83c99010581a06037c055ac6141849282abf8e'],
  [p256c, '86677b2d80f369b5b8c5b3163be9697c6c04cd22da10b70a171cbe3b6b0a4bff', 'd9636b8915029fd8791109ffca18c2b4960531ea1b2113e0280f5463d2e59c0f', 'cca1247bf1272e3914bfeff44740d4809b797eab1941218c6f2338ad38a766b8'],
]) {
  const g = gadget(curve);
  is(be(g[0], 32), first, `g_0, ${curve.name}`);
  is(be(g[415], 32), last, `g_415, ${curve.name}`);
  is(be(curve.mod(g.reduce((a, b) => a + b)), 32), sum, `Σ g_j, ${curve.name}`);
}
is(aes(run(0, 16), hex('00112233445566778899aabbccddeeff')), '69c4e0d86a7b0430d8cdb78070b4c55a', 'AES-128');
is(prg(b32, run(0, 16), 68), '0a9509b6456bf642f9ca9e53ca5ee455e62b2a16c24abd23e896018a387b400c14e27ae3c0cead7060e71e588887140f7c78e3fd1b696d2eb96519eab97732fce1e50447', 'PRG');
is(unbits(gfMultiply(bits(run(0, 16)), bits(run(16, 16))), 16), 'c041ee395862761aa00a8e7238291651', 'GF');
is(unbits(gfMultiply(2n, 1n << 127n), 16), '87' + '00'.repeat(15), 'X · X^127');
for (const [curve, expected] of [
  [secp, ['4a2f4e467d5831106061646eb756855d0006cdfb4e7df882b91a5fa5fcf3cddf', '2b22d92e859fec0528c404f45e404af06bc883f3668c4f461cf35528c810c99c', '4b7de4fa449885cdd7b1b60c1df88843440350513ce85f3f6adcca43dbaed9dd']],
  [p256c, ['34bc3156a5ee335138a48a5ac6daf689d59efde28c70744a64bf0ca0d0d8b48a', 'e25286d7dbe5f5aa6ed42b2ac0ec58c49c9a0d6b990fa7bf0dc991e0f11f5d95', '55f4fffb77d748da68a19e3ed6e1bf6f2a9eb3298567c9aa7dd232f92df7b5f8']],
]) {
  const scalars = crh(crhKey(b32), 7, unbits(1n | (1n << 127n), 16), curve.q);
  scalars.forEach((x, k) => is(be(x, 32), expected[k], `CRH scalar ${k}, ${curve.name}`));
}
const { chi } = challenges(b32, Array.from({ length: 32 }, (_, i) => Buffer.alloc(68, i)));
['bcc8317493f887efd7a172a08caa477b', 'ddea2676a71dbb6d2c2a88915d29f1aa', '79d0582972f5b9da1ffabee3ca3ecbf9', '2426f2c2e4f5dbe2d38b2c1a8f619716']
  .forEach((expected, m) => is(unbits(chi[m], 16), expected, `χ_${m}`));
is(unbits(fold(bits(Buffer.from(Array.from({ length: 68 }, (_, i) => (7 * i + 3) % 256))), chi), 16), 'cd2dd3a6d19f98f5b7ae94e9fcdd21d3', 'fold');
is(secp.enc(hashToGroup(b32, 5, 1, secp.G)), '02d4cb994b228a4461c8776c8c01bd95275d74dd5d474bc418ee68e2536b29d486', 'HG');
const [left, right] = expand(b32, 3, 2, 1, b32);
is(left, '53586780dfc68d8d79e7376291ba08d3eb6337b548b4681b314700d118e11b5b', 'G2 left');
is(right, '2edf3305b3a0783ff5ec274d6d858b4bbf165b8cebe77225b34f4774ef55a265', 'G2 right');
is(checkDigest(b32, 3, Array.from({ length: 16 }, (_, y) => Buffer.alloc(64, y))), '591d7fcc577f6b0c8faa1b340d35245a5a8862ba1fbd47072d0a8cdb6ad4924a', 'pprf-digest');
is(checkValue(b32, 3, 9, b32), '04e8c70c7e261163d1d203cc8cf7301464f194e0d43a2aa79937878a1d366c35e982acb18a95be6bf770a2003b84756b167c53af5f0a41f6de0da03f88169b2d', 'pprf-check');

const k = edwards.mod(os2ip(Buffer.from(sha512(b32)).reverse()));
let node = { P: edwards.mul(edwards.G, k), cc: run(0x20, 32) };
is(edwards.enc(node.P), 'b6d4f93caf5d574e9765db8740c956400c2d6532d179b0d87b4f6b79ba93a387', 'Ed25519 soft, P');
for (const [index, tau, point, chain] of [
  [0, 'c0916bbe82e4522382ce66502c75c6a5303d74784f0f9de0e7cbb85400000000', '407c63cb7cd51549d5a315fdf9890ceabfc84faae1477c8da9e5947a43f818ee', null],
  [1, '38860c1475364a7935aa9452d47d8b8834f9a86abc6f37d2191a4b8402000000', 'fcb60ff58c988f1dd276c9663dcc4e9d24e6524a4cc8672febf76a51bf2b72fd', null],
  [2147483647, null, '0d7562313cbdf29d309264c1653fade178bb9fc62059d15840be3b6e64849909', '7922842d2ddeebd1c43b6e8b957984e20815678cb8758d207e1d8f28eba8b56f'],
]) {
  node = derive(edwards, node.P, node.cc, [index]);
  if (tau) is(edwards.encScalar(node.tau), tau, `Ed25519 soft, τ of ${index}`);
  is(edwards.enc(node.P), point, `Ed25519 soft, point of ${index}`);
  if (chain) is(node.cc, chain, `Ed25519 soft, chain code of ${index}`);
}
console.log(JSON.stringify({ answers }));
