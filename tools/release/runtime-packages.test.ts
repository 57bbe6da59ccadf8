import { expect, test } from 'vitest';
import { type Lock, runtimePackages } from './runtime-packages.ts';

const lock: Lock = {
  server: { dependencies: { wide: '^1.0.0', ours: '1.0.0' } },
  ours: { dependencies: { narrow: '^2.0.0' } },
  tools: { dependencies: { developing: '^1.0.0' } },
  'node_modules/ours': { link: true, resolved: 'ours' },
  'node_modules/wide': {
    version: '1.2.0',
    dependencies: { narrow: '^1.0.0' },
    optionalDependencies: { 'for-macs': '1.0.0' },
  },
  'node_modules/wide/node_modules/narrow': { version: '1.9.0', dependencies: { deep: '*', wide: '*' } },
  'node_modules/narrow': {
    version: '2.0.1',
    peerDependencies: { asked: '*', offered: '*' },
    peerDependenciesMeta: { offered: { optional: true } },
  },
  'node_modules/for-macs': { version: '1.0.0', optional: true, os: ['darwin'] },
  'node_modules/deep': { version: '3.0.0' },
  'node_modules/asked': { version: '4.0.0' },
  'node_modules/offered': { version: '5.0.0' },
  'node_modules/developing': { version: '6.0.0' },
};

test('finds what runs, also below our own packages, in the version that Node finds', () => {
  expect(runtimePackages(lock, ['server']).map(({ folder, name, version }) => [folder, name, version])).toEqual([
    ['node_modules/asked', 'asked', '4.0.0'],
    ['node_modules/deep', 'deep', '3.0.0'],
    ['node_modules/for-macs', 'for-macs', '1.0.0'],
    ['node_modules/narrow', 'narrow', '2.0.1'],
    ['node_modules/wide', 'wide', '1.2.0'],
    ['node_modules/wide/node_modules/narrow', 'narrow', '1.9.0'],
  ]);
});

test('refuses a package that is not locked', () => {
  expect(() => runtimePackages(lock, ['node_modules/unknown'])).toThrow('node_modules/unknown');
});
