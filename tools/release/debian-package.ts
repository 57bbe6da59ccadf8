import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Packing } from './archives.ts';
import { copyFileAs, copyService, exampleFiles, filesUnder, readManifest } from './service-files.ts';

const DOCUMENTS = 'usr/share/doc/countersign';
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Builds the Debian package: the service, the command, the unit, its user and its configuration. */
export function packDebian({ root, work, out, version, seconds }: Packing): void {
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const service = join(work, 'usr/lib/countersign');
  copyService(root, service);
  const copy = (from: string, to: string, mode = 0o644) => copyFileAs(join(root, 'deploy', from), join(work, to), mode);
  for (const unit of ['countersign.service', 'countersign-backup.service', 'countersign-backup.timer'])
    copy(`systemd/${unit}`, `usr/lib/systemd/system/${unit}`);
  for (const dropIn of ['master-key.conf', 'port-443.conf']) copy(`systemd/${dropIn}`, `${DOCUMENTS}/${dropIn}`);
  for (const path of exampleFiles(root)) {
    copyFileAs(join(root, path), join(work, path.replace(/^deploy/, `${DOCUMENTS}/examples`)), 0o644);
  }
  copy('debian/sysusers.conf', 'usr/lib/sysusers.d/countersign.conf');
  copy('debian/countersign.env', 'etc/countersign/countersign.env', 0o600);
  copyFileAs(join(root, 'LICENSE'), join(work, DOCUMENTS, 'copyright'), 0o644);
  mkdirSync(join(work, 'usr/bin'));
  symlinkSync('../lib/countersign/dist/cli/countersign.js', join(work, 'usr/bin/countersign'));
  const bytes = filesUnder(work, '.').reduce((sum, path) => sum + statSync(join(work, path)).size, 0);
  for (const script of ['postinst', 'prerm', 'postrm']) copy(`debian/${script}`, `DEBIAN/${script}`, 0o755);
  const files = {
    control: control(root, version, architecture, Math.ceil(bytes / 1024)),
    conffiles: '/etc/countersign/countersign.env\n',
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(work, 'DEBIAN', name), text);
    chmodSync(join(work, 'DEBIAN', name), 0o644);
  }
  execFileSync('find', [work, '-type', 'd', '-exec', 'chmod', '755', '{}', '+']);
  const file = join(out, `countersign_${version}_${architecture}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zzstd', '-z9', '--build', work, file], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(seconds) },
    stdio: 'pipe',
  });
}

/** A hyphen would begin Debian's own revision, which is after the version: a prerelease is before it. */
export function debianVersion(version: string): string {
  return version.replace(/^([\d.]+)-/, '$1~').replaceAll('-', '.');
}

function control(root: string, version: string, architecture: string, kibibytes: number): string {
  const { description } = readManifest(root, '.');
  return [
    ['Package', 'countersign'],
    ['Version', debianVersion(version)],
    ['Architecture', architecture],
    ['Maintainer', 'Countersign maintainers <maintainers@countersign.example>'],
    ['Installed-Size', String(kibibytes)],
    ['Depends', 'nodejs (>= 20.19), systemd'],
    ['Section', 'net'],
    ['Priority', 'optional'],
    ['Description', description],
  ]
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}
