import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SHORT_LIVED_JVM } from '../prepare/programs.ts';
import { filesUnder } from './service-files.ts';

/** What each packer of a release gets. */
export interface Packing {
  /** Of the project. */
  readonly root: string;
  /** An empty folder. */
  readonly work: string;
  /** The folder of all files of the release. */
  readonly out: string;
  readonly version: string;
  /** The time of the release, seconds since the epoch. */
  readonly seconds: number;
}

/** The second that every archive of a release says it was made in, so that two builds of a commit are equal. */
export function releaseTime(root: string): number {
  const given = process.env.SOURCE_DATE_EPOCH;
  const text = given ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  const seconds = Number(text);
  if (!Number.isInteger(seconds)) throw new Error('SOURCE_DATE_EPOCH must be a whole number of seconds.');
  return seconds;
}

/**
 * A folder as a compressed tarball with the folder's name on top; equal bytes for equal files. The highest level would
 * take three times as long for 0.3 % less.
 */
export function writeTarball(folder: string, file: string, seconds: number): void {
  const same = ['--format=gnu', '--sort=name', `--mtime=@${seconds}`, '--owner=0', '--group=0', '--numeric-owner'];
  const name = folder.slice(dirname(folder).length + 1);
  const args = [
    ...same,
    '--mode=u=rwX,go=rX',
    '--use-compress-program=gzip -n7',
    '-cf',
    file,
    '-C',
    dirname(folder),
    name,
  ];
  execFileSync('tar', args);
}

/** A folder's files as a ZIP file, with a manifest as a JAR file. */
export function writeZip(folder: string, file: string, seconds: number, manifest?: string): void {
  const date = new Date(seconds * 1000).toISOString().replace('.000', '');
  const kind = manifest === undefined ? ['--no-manifest'] : ['--manifest', manifest];
  const paths = filesUnder(folder, '.').flatMap((path) => ['-C', folder, path]);
  execFileSync('jar', [`-J${SHORT_LIVED_JVM}`, '--create', '--file', file, `--date=${date}`, ...kind, ...paths]);
}

/** `SHA256SUMS`, as `sha256sum --check` reads it. */
export function writeChecksums(folder: string): void {
  const lines = filesUnder(folder, '.').map(
    (name) =>
      `${createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex')}  ${name}\n`,
  );
  writeFileSync(join(folder, 'SHA256SUMS'), lines.join(''));
}
