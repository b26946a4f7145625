// Replays frozen transcripts from their seeds and compares every message and result; shares no code with the product.
// Usage: node verify-transcripts.mjs file.json…   Prints for every file what was compared; exit code 0 only if all of it was equal.
import { readFileSync } from 'node:fs';
import { keyGeneration } from './dkg.mjs';
import { ecdsa } from './ecdsa.mjs';
import { signing } from './frost.mjs';
import { must, tally, unjudged } from './random.mjs';

const files = process.argv.slice(2);
if (files.length === 0) { console.error('no transcript given'); process.exit(2); }
const judged = [];
for (const file of files) {
  const run = JSON.parse(readFileSync(file, 'utf8'));
  const before = tally.checks;
  tally.recorded.clear();
  must(run.format === (run.suite === 'ecdsa' ? 'mpcsigner-transcript-2' : 'mpcsigner-transcript-1'), 'format');
  const generated = keyGeneration(run);
  must(run.signatures.length > 0, 'no signature to check');
  if (run.suite === 'ecdsa') ecdsa(run, generated);
  else for (const s of run.signatures) signing(run, generated, s);
  must(unjudged(run).length === 0, `recorded but not judged: ${unjudged(run)}`);
  judged.push({ file, suite: run.suite, checks: tally.checks - before, signatures: run.signatures.length });
}
console.log(JSON.stringify(judged));
