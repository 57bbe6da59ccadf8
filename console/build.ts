import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildPage } from '../widget/build.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Builds the console into the folder, which is emptied first. */
export async function buildConsole(outDir = join(ROOT, 'dist', 'console')): Promise<void> {
  await rm(outDir, { recursive: true, force: true });
  await buildPage(outDir, 'console', join(ROOT, 'console', 'main.tsx'), true);
}

if (process.argv[1] === import.meta.filename) await buildConsole();
