import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releaseTime, writeChecksums, writeTarball } from './archives.ts';
import { billOfMaterials, licenseTexts } from './bill-of-materials.ts';
import { packJava, packPhp, packPython } from './client-packages.ts';
import { packDebian } from './debian-package.ts';
import { packNpm } from './npm-packages.ts';
import { installedPackages, readLock, runtimePackages } from './runtime-packages.ts';
import { copyFiles, readManifest, stageService } from './service-files.ts';

/** The workspaces whose packages run in the product, be it bundled. */
const PRODUCT = ['server', 'cli', 'demo-site', 'widget', 'console'];

/** What an operator without the Debian package copies. */
const FOR_SYSTEMD = [
  'deploy/systemd/countersign.service',
  'deploy/systemd/master-key.conf',
  'deploy/debian/sysusers.conf',
  'deploy/debian/countersign.env',
];

/**
 * Writes a release of what is built. Two releases of one commit are equal, byte for byte.
 *
 * @param repository URL of the repository, which a registry compares with where a release was built
 */
export function makeRelease(root: string, out: string, repository: string | undefined): void {
  const seconds = releaseTime(root);
  const product = readManifest(root, '.');
  const packages = installedPackages(root, runtimePackages(readLock(root), PRODUCT));
  const work = mkdtempSync(join(tmpdir(), 'countersign-release-'));
  try {
    mkdirSync(out, { recursive: true });
    const bom = billOfMaterials(product, packages, seconds);
    const licenses = licenseTexts(root, packages);
    const service = join(work, `countersign-${product.version}-${process.platform}-${process.arch}`);
    stageService(root, service);
    copyFiles(root, FOR_SYSTEMD, service);
    for (const folder of [service, out]) {
      writeFileSync(join(folder, 'sbom.cdx.json'), bom);
      writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), licenses);
    }
    writeTarball(service, join(out, `${service.slice(work.length + 1)}.tar.gz`), seconds);
    for (const [name, pack] of Object.entries({
      npm: packNpm,
      python: packPython,
      php: packPhp,
      java: packJava,
      debian: packDebian,
    })) {
      const packing = {
        root,
        work: join(work, name),
        out: join(out, name),
        version: product.version,
        seconds,
        repository,
      };
      for (const folder of [packing.work, packing.out]) mkdirSync(folder);
      pack(packing);
    }
    writeChecksums(out);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
