import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeRelease } from './release/make-release.ts';

/** `npm run release`: everything that is published, in dist/release/. RELEASE_REPOSITORY names the repository. */
const ROOT = resolve(import.meta.dirname, '..');
const out = join(ROOT, 'dist/release');
rmSync(out, { recursive: true, force: true });
makeRelease(ROOT, out, process.env.RELEASE_REPOSITORY);
