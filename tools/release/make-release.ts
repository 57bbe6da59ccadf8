import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiDescription } from '../../docs/api-reference/description.ts';
import { apiFiles } from './api-files.ts';
import { releaseTime, writeChecksums, writeTarball } from './archives.ts';
import { billOfMaterials } from './bill-of-materials.ts';
import { packJava, packPhp, packPython } from './client-packages.ts';
import { packDebian } from './debian-package.ts';
import { packNpm } from './npm-packages.ts';
import { installedPackages, productPackages, readLock } from './runtime-packages.ts';
import { copyFiles, exampleFiles, filesUnder, readManifest, stageService, writeText } from './service-files.ts';

/** What an operator without the Debian package copies. */
const FOR_SYSTEMD = ['deploy/debian/sysusers.conf', 'deploy/debian/countersign.env'];

/**
 * Writes a release of what is built into one folder, as a forge serves it. Two releases of one commit are equal, byte
 * for byte.
 */
export function makeRelease(root: string, out: string, api: ApiDescription): void {
  const seconds = releaseTime(root);
  const product = readManifest(root, '.');
  const { version } = product;
  const platform = `${process.platform}-${process.arch}`;
  const packages = installedPackages(root, productPackages(readLock(root)));
  const work = mkdtempSync(join(tmpdir(), 'countersign-release-'));
  try {
    mkdirSync(out, { recursive: true });
    const bom = billOfMaterials(product, packages, seconds);
    const name = `countersign-${version}-${platform}`;
    const service = join(work, name);
    stageService(root, service);
    copyFiles(root, [...FOR_SYSTEMD, ...filesUnder(root, 'deploy/systemd'), ...exampleFiles(root)], service);
    writeText(join(service, 'sbom.cdx.json'), bom);
    writeText(join(out, `sbom-${platform}.cdx.json`), bom);
    writeTarball(service, join(out, `${name}.tar.gz`), seconds);
    const packers = { packNpm, packPython, packPhp, packJava, packDebian };
    for (const [own, pack] of Object.entries(packers)) {
      const packing = { root, work: join(work, own), out, version, seconds };
      mkdirSync(packing.work);
      pack(packing);
    }
    for (const [file, text] of Object.entries(apiFiles(api, version))) writeText(join(out, file), text);
    writeChecksums(out);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
