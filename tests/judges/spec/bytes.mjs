// Byte strings, integers and the hashes of §3 of the protocol specification. Slow, plain, and written from the specification alone.
import { createCipheriv, createHash } from 'node:crypto';

export const hex = (s) => Buffer.from(s, 'hex');
export const text = (s) => Buffer.from(s, 'ascii');
export const cat = (...parts) => Buffer.concat(parts.flat(Infinity));
export const same = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0;

/** n as len bytes, big endian. */
export function be(n, len) {
  const s = BigInt(n).toString(16).padStart(2 * len, '0');
  if (s.length > 2 * len) throw new Error(`${n} does not fit ${len} bytes`);
  return hex(s);
}
export const os2ip = (b) => (b.length === 0 ? 0n : BigInt('0x' + Buffer.from(b).toString('hex')));
/** Bit strings of §3.1: bit j is bit j mod 8, least significant first, of byte j / 8. */
export const bits = (b) => os2ip(Buffer.from(b).reverse());
export const unbits = (n, len) => Buffer.from(be(n, len)).reverse();
export const bit = (n, j) => Number((BigInt(n) >> BigInt(j)) & 1n);
export const [u8, u16, u32, u64, u128] = [1, 2, 4, 8, 16].map((len) => (n) => be(n, len));

export function xor(...parts) {
  const out = Buffer.from(parts[0]);
  for (const part of parts.slice(1)) {
    if (part.length !== out.length) throw new Error('xor of different lengths');
    for (let i = 0; i < out.length; i++) out[i] ^= part[i];
  }
  return out;
}

const lp = (b) => cat(u32(b.length), b);
export const preimage = (tag, fields) => cat(lp(text('TSS1/' + tag)), fields.flat(Infinity).map(lp));
/** A list argument: its count, then its elements as fields of their own (§3.2). */
export const list = (items) => [u16(items.length), ...items];
export const sha256 = (...parts) => createHash('sha256').update(cat(parts)).digest();
export const sha512 = (...parts) => createHash('sha512').update(cat(parts)).digest();
export const H = (tag, ...fields) => sha256(preimage(tag, fields));
export const H64 = (tag, ...fields) => sha512(preimage(tag, fields));

/** The session permutation π_K on any number of blocks. */
export function aes(key, blocks) {
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  return cat(cipher.update(blocks), cipher.final());
}

/** PRG of §3.3. */
export function prg(leaf, key, len) {
  const s = leaf.subarray(0, 16);
  const blocks = [];
  for (let c = 0; 16 * c < len; c++) blocks.push(xor(aes(key, xor(s, u128(c))), s));
  return cat(blocks).subarray(0, len);
}

/** CRH of §3.3: three scalars mod q. */
export function crh(key, j, row, q) {
  const y = aes(key, row);
  const blocks = [];
  for (let c = 0; c < 12; c++) blocks.push(xor(aes(key, xor(y, u128(16 * j + c))), y));
  return [0, 1, 2].map((k) => os2ip(cat(blocks.slice(4 * k, 4 * k + 4))) % q);
}

/** GF(2^128) of §3.1 on integers whose bit j stands for X^j. */
export function gfMultiply(a, b) {
  let product = 0n;
  for (let j = 127; j >= 0; j--) {
    product <<= 1n;
    if (product >> 128n) product ^= (1n << 128n) | 0x87n;
    if ((b >> BigInt(j)) & 1n) product ^= a;
  }
  return product;
}
