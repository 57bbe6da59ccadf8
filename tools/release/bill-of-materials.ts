import { createHash } from 'node:crypto';
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
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([product.version, seconds, packages]))}`,
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
