// Replays frozen runs of refresh, reshare and recovery from their seeds and compares every message and result; shares no code with the product.
// Usage: node verify-maintenance.mjs file.json…   Prints for every file what was compared; exit code 0 only if all of it was equal.
import { readFileSync } from 'node:fs';
import { maintenance } from './maintenance.mjs';
import { must, tally, unjudged } from './random.mjs';

const files = process.argv.slice(2);
if (files.length === 0) { console.error('no run given'); process.exit(2); }
const judged = [];
for (const file of files) {
  const run = JSON.parse(readFileSync(file, 'utf8'));
  const before = tally.checks;
  tally.recorded.clear();
  must(run.format === 'mpcsigner-maintenance-1', 'format');
  const keys = maintenance(run);
  must(unjudged(run).length === 0, `recorded but not judged: ${unjudged(run)}`);
  judged.push({ file, protocol: run.protocol, checks: tally.checks - before, keys });
}
console.log(JSON.stringify(judged));
