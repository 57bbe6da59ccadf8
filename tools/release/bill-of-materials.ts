import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Contrib, Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import type { RuntimePackage } from './runtime-packages.ts';
import type { Manifest } from './service-files.ts';

const { Component, Metadata, Bom, HashDictionary, LicenseRepository } = Models;

/** The CycloneDX document of the packages, equal bytes for equal packages. */
export function billOfMaterials(product: Manifest, packages: readonly RuntimePackage[], seconds: number): string {
  const licenses = new Contrib.License.Factories.LicenseFactory(requireOperator);
  const component = new Component(Enums.ComponentType.Application, product.name, {
    bomRef: purl(product.name, product.version),
    version: product.version,
    description: product.description,
    purl: purl(product.name, product.version),
    licenses: new LicenseRepository([licenses.makeFromString(product.license)]),
  });
  const bom = new Bom({
    serialNumber: `urn:uuid:${uuidOf(packages.map(({ name, version }) => `${name}@${version}`).join('\n'))}`,
    metadata: new Metadata({ timestamp: new Date(seconds * 1000), component }),
  });
  for (const { name, version, entry } of packages) {
    const made = new Component(Enums.ComponentType.Library, name, {
      bomRef: purl(name, version),
      version,
      purl: purl(name, version),
      hashes: new HashDictionary([[Enums.HashAlgorithm['SHA-512'], sha512Hex(entry.integrity)]]),
    });
    if (entry.license !== undefined) made.licenses.add(licenses.makeFromString(entry.license));
    bom.components.add(made);
    component.dependencies.add(made.bomRef);
  }
  const normalizers = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return `${new Serialize.JsonSerializer(normalizers).serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** The license texts of the packages, as they come with them. */
export function licenseTexts(root: string, packages: readonly RuntimePackage[]): string {
  const parts = packages.map(({ name, version, folder, entry }) => {
    const texts = readdirSync(join(root, folder))
      .filter((file) => /licen[cs]e|^notice/i.test(file))
      .map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
    return [`${name} ${version}: ${entry.license ?? 'no license named'}`, ...texts].join('\n\n');
  });
  return `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** The factory takes what this accepts for an SPDX expression. */
function requireOperator(text: string): void {
  if (!/ (?:AND|OR|WITH) /.test(text)) throw new Error(`${text} is no SPDX expression.`);
}

function sha512Hex(integrity = ''): string {
  return Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
}

/** A UUID of version 8 (RFC 9562), from a hash. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
