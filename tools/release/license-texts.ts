import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import spdx from 'spdx-license-list/full.js';
import type { RuntimePackage } from './runtime-packages.ts';

/** The file that holds them, in everything that contains code of others. */
export const LICENSES_FILE = 'THIRD-PARTY-LICENSES.txt';

/** The license texts of the packages, as they come with them, or else as SPDX lists them. */
export function licenseTexts(root: string, packages: readonly RuntimePackage[]): string {
  const parts = packages.map((one) => {
    const { name, version, folder, entry } = one;
    const texts = readdirSync(join(root, folder))
      .filter((file) => /licen[cs]e|^notice/i.test(file))
      .map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
    const title = `${name} ${version}: ${entry.license ?? 'no license named'}`;
    return [title, ...(texts.length > 0 ? texts : listedTexts(root, one))].join('\n\n');
  });
  return `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** @throws if the license is none of the list */
function listedTexts(root: string, { name, folder, entry }: RuntimePackage): string[] {
  const { author = `the authors of ${name}` } = JSON.parse(
    readFileSync(join(root, folder, 'package.json'), 'utf8'),
  ) as {
    author?: string | { name: string };
  };
  const ids = (entry.license ?? '').replace(/[()]/g, '').split(/ (?:AND|OR) /);
  const holder = `Copyright (c) ${typeof author === 'string' ? author : author.name}`;
  return ids.flatMap((id) => {
    const text = spdx[id]?.licenseText;
    if (text === undefined) throw new Error(`${name} comes without the text of its license, ${id}.`);
    return [holder, text.replace(/^Copyright \(c\) .*\n/gm, '').trim()];
  });
}
