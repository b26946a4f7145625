// Random values that any machine draws alike: a hash in counter mode. One seed, one sequence.
import { createHash } from 'node:crypto';

export class Seeded {
  #seed;
  #counter = 0;
  #pool = Buffer.alloc(0);

  constructor(seed) { this.#seed = seed; }

  bytes(n) {
    while (this.#pool.length < n) {
      this.#pool = Buffer.concat([this.#pool, createHash('sha256').update(`${this.#seed} ${this.#counter++}`).digest()]);
    }
    const taken = this.#pool.subarray(0, n);
    this.#pool = this.#pool.subarray(n);
    return Buffer.from(taken);
  }

  hex(n) { return '0x' + this.bytes(n).toString('hex'); }
  below(n) { return this.bytes(6).readUIntBE(0, 6) % n; }
  pick(list) { return list[this.below(list.length)]; }
  chance(percent) { return this.below(100) < percent; }

  // 0..2^bits-1 of any size: most numbers of so many bits are long, and short ones are where encodings go wrong.
  number(bits) {
    const length = this.below(bits + 1);
    return length === 0 ? 0n : BigInt(this.hex(32)) >> BigInt(256 - length);
  }
}
