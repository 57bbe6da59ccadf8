import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PACKAGE_MODULES } from './parts.ts';

test.each(PACKAGE_MODULES)('the module %s of the package has a source', (name) => {
  expect(existsSync(`widget/package/${name}.ts`)).toBe(true);
});
