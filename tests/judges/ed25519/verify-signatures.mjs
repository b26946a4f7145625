// Judges Ed25519 signatures (RFC 8032) with @noble/curves, strictly: canonical encodings, no cofactored leniency.
//
//   echo '[{"publicKey":"<hex>","message":"<hex>","signature":"<hex>"}, ...]' | node verify-signatures.mjs
//
// Prints { checked, invalid: [index, ...] }. Exit code 2 if the input cannot be read.
import { ed25519 } from '@noble/curves/ed25519.js';

const MAX_INPUT = 16 * 1024 * 1024;

let signatures;
try {
  const chunks = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    size += chunk.length;
    if (size > MAX_INPUT) throw new Error(`more than ${MAX_INPUT} bytes of input`);
    chunks.push(chunk);
  }
  signatures = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (!Array.isArray(signatures)) throw new Error('expected an array');
} catch (error) {
  console.error(error.message);
  process.exit(2);
}

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));
const verifies = (s) => {
  try {
    return ed25519.verify(bytes(s.signature), bytes(s.message), bytes(s.publicKey), { zip215: false });
  } catch {
    return false; // not even a signature
  }
};
const invalid = signatures.map((s, i) => (verifies(s) ? -1 : i)).filter((i) => i >= 0);
console.log(JSON.stringify({ checked: signatures.length, invalid }));
