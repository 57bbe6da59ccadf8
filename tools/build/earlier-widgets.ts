import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import rcompare from 'semver/functions/rcompare.js';

/** Versions before the current one whose widget files a release serves. */
const EARLIER_VERSIONS = 2;
const RELEASED = 'widget/released';
const ENDING = '.json.gz';
/** What `loadBuiltFiles` serves. */
const SERVED = /\.(?:m?js|css)$/;

/** Keeps the built widget for the next releases, and removes what they will not serve any more. */
export async function keepWidget(root: string, version: string): Promise<void> {
  const built = join(root, 'dist/widget');
  const names = await readdir(built, { recursive: true });
  const served = names.filter((name) => SERVED.test(name) && !name.startsWith('earlier')).sort();
  const texts = await Promise.all(
    served.map(async (name) => [name, await readFile(join(built, name), 'utf8')] as const),
  );
  const folder = join(root, RELEASED);
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, `${version}${ENDING}`),
    gzipSync(JSON.stringify(Object.fromEntries(texts)), { level: 9 }),
  );
  for (const old of newestFirst(await keptVersions(root)).slice(EARLIER_VERSIONS)) {
    await rm(join(folder, `${old}${ENDING}`));
  }
}

/** Writes the files of the versions before this one into the built widget. */
export async function addEarlierWidgets(root: string, version: string): Promise<void> {
  const earlier = newestFirst(await keptVersions(root)).filter((one) => one !== version);
  for (const one of earlier.slice(0, EARLIER_VERSIONS)) {
    const packed = await readFile(join(root, RELEASED, `${one}${ENDING}`));
    const files = JSON.parse(gunzipSync(packed).toString()) as Record<string, string>;
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, 'dist/widget/earlier', one, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
  }
}

async function keptVersions(root: string): Promise<string[]> {
  const folder = join(root, RELEASED);
  if (!existsSync(folder)) return [];
  return (await readdir(folder)).filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length));
}

function newestFirst(versions: readonly string[]): string[] {
  return [...versions].sort(rcompare);
}
