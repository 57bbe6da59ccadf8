import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printCorpus } from './result-vectors/corpus.ts';

/**
 * Writes `shared/vectors/results.json`; with `--check` only says whether it is as it would be written.
 *
 *     npx tsx tools/make-result-vectors.ts [--check]
 */
const file = fileURLToPath(new URL('../shared/vectors/results.json', import.meta.url));
const text = printCorpus();

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
  console.log(`Wrote ${file}`);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('shared/vectors/results.json is not what tools/make-result-vectors.ts writes.');
  process.exitCode = 1;
}
