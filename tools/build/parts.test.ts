import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOADER_TYPES } from './parts.ts';

test.each(Object.entries(LOADER_TYPES))('%s has the types of a source that exists', (_file, source) => {
  expect(existsSync(`widget/${source.replace(/\.js$/, '.ts')}`)).toBe(true);
});
