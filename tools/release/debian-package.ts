import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Packing } from './archives.ts';
import { copyFileAs, copyService, exampleFiles, filesUnder } from './service-files.ts';

const DOCUMENTS = 'usr/share/doc/countersign';
const MAINTAINER = 'Countersign maintainers <maintainers@countersign.example>';
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Builds the Debian package: the service, the command, the unit, its user and its configuration. */
export function packDebian({ root, work, out, version, seconds }: Packing): void {
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const service = join(work, 'usr/lib/countersign');
  copyService(root, service);
  // Debian's libc is glibc.
  for (const path of filesUnder(service, '.')) if (path.endsWith('.musl.node')) rmSync(join(service, path));
  const copy = (from: string, to: string, mode = 0o644) => copyFileAs(join(root, 'deploy', from), join(work, to), mode);
  for (const unit of ['countersign.service', 'countersign-backup.service', 'countersign-backup.timer'])
    copy(`systemd/${unit}`, `usr/lib/systemd/system/${unit}`);
  for (const dropIn of ['master-key.conf', 'port-443.conf']) copy(`systemd/${dropIn}`, `${DOCUMENTS}/${dropIn}`);
  for (const path of exampleFiles(root)) {
    copyFileAs(join(root, path), join(work, path.replace(/^deploy/, `${DOCUMENTS}/examples`)), 0o644);
  }
  copy('debian/sysusers.conf', 'usr/lib/sysusers.d/countersign.conf');
  copy('debian/countersign.env', 'etc/countersign/countersign.env', 0o600);
  copy('debian/copyright', `${DOCUMENTS}/copyright`);
  copy('debian/lintian-overrides', 'usr/share/lintian/overrides/countersign');
  const history = join(work, DOCUMENTS, 'changelog.gz');
  writeFileSync(history, gzipSync(changelog(version, seconds), { level: 9 }));
  // Whatever the umask.
  chmodSync(history, 0o644);
  mkdirSync(join(work, 'usr/bin'));
  symlinkSync('../lib/countersign/dist/cli/countersign.js', join(work, 'usr/bin/countersign'));
  const bytes = filesUnder(work, '.').reduce((sum, path) => sum + statSync(join(work, path)).size, 0);
  for (const script of ['postinst', 'prerm', 'postrm']) copy(`debian/${script}`, `DEBIAN/${script}`, 0o755);
  const files = {
    control: control(version, architecture, Math.ceil(bytes / 1024)),
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

/** Of the package alone: what changes for its users is in CHANGELOG.md, which it brings. */
function changelog(version: string, seconds: number): string {
  const date = new Date(seconds * 1000).toUTCString().replace('GMT', '+0000');
  const entry = `countersign (${debianVersion(version)}) stable; urgency=medium`;
  return `${entry}\n\n  * See /usr/lib/countersign/CHANGELOG.md.\n\n -- ${MAINTAINER}  ${date}\n`;
}

const DESCRIPTION = `self-hosted two-factor authentication with a sign-in widget
 Countersign adds two-factor authentication and passkeys to websites. A widget
 in the page asks for a password, a one-time password or a passkey, and gives
 the page a signed result that its backend verifies.
 .
 The package brings the service, the command countersign, and examples for
 proxies, Redis and monitoring.`;

function control(version: string, architecture: string, kibibytes: number): string {
  return [
    ['Package', 'countersign'],
    ['Version', debianVersion(version)],
    ['Architecture', architecture],
    ['Maintainer', MAINTAINER],
    ['Installed-Size', String(kibibytes)],
    ['Depends', 'libc6, nodejs (>= 20.19), systemd'],
    ['Section', 'net'],
    ['Priority', 'optional'],
    ['Description', DESCRIPTION],
  ]
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}
