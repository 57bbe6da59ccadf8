import { resolve } from 'node:path';
import { buildParts, PART_NAMES } from './build/parts.ts';
import { sourceHash, staleParts, stamp } from './build/stale.ts';

/** `tsx tools/build.ts [--all | part ...]`: builds what is missing or older than its sources, or everything, or the parts named. */
const ROOT = resolve(import.meta.dirname, '..');

// Tests, too, run the production build.
process.env.NODE_ENV = 'production';
const parts = process.argv.slice(2);
const named = PART_NAMES.filter((name) => parts.includes('--all') || parts.includes(name));
const wanted = parts.length > 0 ? named : staleParts(ROOT);
if (wanted.length > 0) {
  const started = performance.now();
  const sources = new Map(wanted.map((name) => [name, sourceHash(ROOT, name)]));
  const show = (text: string) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`);
  show(`Building ${wanted.join(', ')} …`);
  const left = new Set(wanted);
  // Imported late, because usually there is nothing to build.
  const { createBuilder } = await import('vite');
  const builder = await createBuilder({ root: ROOT, mode: 'production' });
  await buildParts(builder, wanted, (name) => {
    stamp(ROOT, name, sources.get(name) ?? '');
    left.delete(name);
    show(`Building ${[...left].join(', ')} …`);
  });
  show('');
  console.error(`Built ${wanted.join(', ')} in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
}
