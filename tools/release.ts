import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ApiDescription } from '../docs/api-reference/description.ts';
import { openApiDocument } from './clients/document.ts';
import { makeRelease } from './release/make-release.ts';
import { stageService } from './release/service-files.ts';

/**
 * `npm run release`: everything that is published, in dist/release/.
 * `tsx tools/release.ts service FOLDER`: the service alone, ready to run, for an image.
 */
const ROOT = resolve(import.meta.dirname, '..');
const [what, folder] = process.argv.slice(2);
if (what === 'service' && folder !== undefined) {
  stageService(ROOT, folder);
} else {
  const out = join(ROOT, 'dist/release');
  rmSync(out, { recursive: true, force: true });
  makeRelease(ROOT, out, (await openApiDocument()) as ApiDescription);
}
