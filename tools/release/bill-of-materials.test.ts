import { expect, test } from 'vitest';
import { billOfMaterials } from './bill-of-materials.ts';

const product = { name: 'countersign', version: '1.0.0', description: '', license: 'Apache-2.0', engines: {} };
const entry = { version: '4.0.0', license: 'MIT', integrity: `sha512-${Buffer.alloc(64).toString('base64')}` };
const packages = [{ name: 'hono', version: '4.0.0', folder: 'node_modules/hono', entry }];
const serial = (...args: Parameters<typeof billOfMaterials>) =>
  (JSON.parse(billOfMaterials(...args)) as { serialNumber: string }).serialNumber;

test('has one serial number for a document, and another for each other', () => {
  const given = serial(product, packages, 1_800_000_000);
  expect(given).toMatch(/^urn:uuid:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/);
  expect(serial(product, packages, 1_800_000_000)).toBe(given);
  expect(serial({ ...product, version: '1.0.1' }, packages, 1_800_000_000)).not.toBe(given);
  expect(serial(product, packages, 1_800_000_001)).not.toBe(given);
  expect(serial(product, [], 1_800_000_000)).not.toBe(given);
});
