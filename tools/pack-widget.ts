import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packWorkspace } from './release/npm-packages.ts';

/** `npm run pack:widget -- FOLDER`: `@countersign/widget` as it is published, from this checkout. */
const root = resolve(import.meta.dirname, '..');
const out = resolve(process.argv[2] ?? '.');
const work = mkdtempSync(join(tmpdir(), 'countersign-pack-'));
try {
  packWorkspace({ root, work, out }, 'widget');
} finally {
  rmSync(work, { recursive: true });
}
