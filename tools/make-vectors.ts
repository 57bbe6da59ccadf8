import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CORPUS } from './vectors/corpus.ts';

/**
 * Writes `results.json`, `nonces.json` and `webhooks.json` in `shared/vectors/`; with `--check`, only compares them.
 *
 *     npx tsx tools/make-vectors.ts [--check]
 */
for (const [name, print] of Object.entries(CORPUS)) {
  const file = fileURLToPath(new URL(`../shared/vectors/${name}`, import.meta.url));
  const text = print();
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
    console.log(`Wrote ${file}`);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`shared/vectors/${name} is not what tools/make-vectors.ts writes.`);
    process.exitCode = 1;
  }
}
