// Standard input as JSON, up to a bound; exit code 2 where it is none.
const MAX_INPUT = 32 * 1024 * 1024;

export async function readInput() {
  try {
    const chunks = [];
    let size = 0;
    for await (const chunk of process.stdin) {
      size += chunk.length;
      if (size > MAX_INPUT) throw new Error(`more than ${MAX_INPUT} bytes of input`);
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}
