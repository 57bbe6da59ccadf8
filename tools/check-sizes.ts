import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { frameDocument } from '../shared/wire/frame-document.ts';
import type { FrameManifest } from '../widget/build.ts';

/** Budgets in bytes after brotli: of each loader, and of all that a first password + OTP login needs in the frame. */
const LOADER_BUDGET = 2_000;
const FRAME_BUDGET = 16_000;

export interface Measured {
  name: string;
  bytes: number;
  budget: number;
}

/** What a browser downloads, measured on the built files. */
export function measureWidget(dir: string): Measured[] {
  const sizeOf = (file: string) => brotliCompressSync(readFileSync(join(dir, file))).length;
  const { script, style }: FrameManifest = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'));
  const html = frameDocument({
    nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
    script: `/widget/v1/${script}`,
    style: `/widget/v1/${style}`,
    lang: 'en',
    title: 'A resource with a name of usual length',
  });
  const frame = brotliCompressSync(html).length + sizeOf(script) + sizeOf(style);
  return [
    ...['countersign.js', 'countersign.mjs', 'pure.mjs', 'react.mjs'].map((name) => ({
      name,
      bytes: sizeOf(name),
      budget: LOADER_BUDGET,
    })),
    { name: 'frame (html + js + css)', bytes: frame, budget: FRAME_BUDGET },
  ];
}

if (process.argv[1] === import.meta.filename) {
  const measured = measureWidget(resolve(import.meta.dirname, '../dist/widget'));
  console.log('Widget, bytes after brotli');
  for (const { name, bytes, budget } of measured) {
    const verdict = bytes > budget ? 'OVER BUDGET' : 'ok';
    console.log(`${name.padEnd(26)}${String(bytes).padStart(7)} of ${String(budget).padStart(6)}  ${verdict}`);
  }
  if (measured.some(({ bytes, budget }) => bytes > budget)) process.exitCode = 1;
}
