import { expect, test } from 'vitest';
import { withTree } from '../testing/planted-tree.ts';
import { licenseTexts } from './license-texts.ts';

const one = (name: string, license: string) => ({
  ...{ name, version: '1.2.3', folder: `node_modules/${name}` },
  entry: { version: '1.2.3', license },
});

test('are those that come with the packages, or else those of the list, with the author', () => {
  const tree = {
    'node_modules/kind/LICENSE.md': 'Do as you like.\n',
    'node_modules/kind/NOTICE': 'By Ada.',
    'node_modules/short/package.json': '{ "author": "Grace <grace@example.com>" }',
    'node_modules/two/package.json': '{}',
  };
  const packages = [one('kind', 'MIT'), one('short', 'MIT'), one('two', '(Apache-2.0 AND BSD-3-Clause)')];
  const [kind, short, two] = withTree(tree, (root) => licenseTexts(root, packages)).split(/\n-{80}\n/);
  expect(kind).toBe('kind 1.2.3: MIT\n\nDo as you like.\n\nBy Ada.\n');
  expect(short).toContain('Copyright (c) Grace <grace@example.com>');
  expect(short).toContain('Permission is hereby granted, free of charge');
  expect(short).not.toContain('<year>');
  expect(two).toContain('Copyright (c) the authors of two');
  expect(two).toContain('TERMS AND CONDITIONS FOR USE');
  expect(two).toContain('Redistributions in binary form');
});

test('refuses a package without a text whose license is not listed', () => {
  const tree = { 'node_modules/odd/package.json': '{}' };
  expect(() => withTree(tree, (root) => licenseTexts(root, [one('odd', 'SEE LICENSE')]))).toThrow('odd');
});
