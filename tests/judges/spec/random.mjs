// The randomness of frozen transcripts (tests/Vectors/transcripts/ORIGIN.md): block c = SHA-256(seed ‖ "/" ‖ label ‖ u64 c); every request begins a new block.
import { cat, os2ip, sha256, text, u64 } from './bytes.mjs';

export function source(seed, label) {
  let counter = 0;
  const draw = (count) => {
    const blocks = [];
    for (let got = 0; got < count; got += 32) blocks.push(sha256(text(`${seed}/${label}`), u64(counter++)));
    return cat(blocks).subarray(0, count);
  };
  return {
    draw,
    /** A scalar in [1, q − 1] by rejection; on edwards25519 the top three bits are cleared first. */
    scalar(curve) {
      for (;;) {
        const bytes = draw(32);
        if (curve.name === 'edwards25519') bytes[31] &= 0x1f;
        const x = os2ip(curve.name === 'edwards25519' ? Buffer.from(bytes).reverse() : bytes);
        if (x > 0n && x < curve.q) return x;
      }
    },
  };
}

/** Counts what was compared, and stops at the first difference. */
export const tally = { checks: 0, recorded: new Set() };
export function must(ok, what) {
  tally.checks++;
  if (!ok) throw new Error(what);
}

/** Compares with a recorded value, bytes or hexadecimal, and remembers that this value was judged. */
export function equal(actual, expected, what) {
  const recorded = typeof expected === 'string' ? expected : Buffer.from(expected).toString('hex');
  const got = Buffer.from(actual).toString('hex');
  const at = [...got].findIndex((digit, i) => digit !== recorded[i]) >> 1;
  must(got === recorded, `${what}: differs from byte ${at} on: recomputed ${got.substr(2 * at, 64)}, recorded ${recorded.substr(2 * at, 64)}`);
  tally.recorded.add(recorded);
}

/** What a transcript records in hexadecimal and nothing was compared with, but for a run's inputs. */
export function unjudged(run, inputs = ['seed', 'order', 'message', 'root']) {
  const found = [];
  const walk = (value, name) => {
    if (typeof value === 'string' && /^([0-9a-f]{2}){4,}$/.test(value) && !inputs.includes(name) && !tally.recorded.has(value)) found.push(name);
    else if (value !== null && typeof value === 'object') for (const [key, inner] of Object.entries(value)) walk(inner, Array.isArray(value) ? name : key);
  };
  walk(run, '');
  return found;
}
