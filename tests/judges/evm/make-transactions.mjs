// Random transactions of every format, with what they do: more than a file should hold.
//
//   node make-transactions.mjs SEED COUNT
//
// Prints a list as tests/Vectors/evm/transactions.json is one.
import { Seeded } from './seeded.mjs';
import { make } from './transactions.mjs';

const [seed, count] = [process.argv[2], Number(process.argv[3])];
if (!seed || !(count > 0)) {
  console.error('usage: node make-transactions.mjs SEED COUNT');
  process.exit(2);
}
const random = new Seeded(seed);
process.stdout.write(JSON.stringify(Array.from({ length: count }, () => make(random))));
