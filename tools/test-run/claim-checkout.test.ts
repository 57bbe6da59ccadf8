import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { claimCheckout } from './claim-checkout.ts';

const file = () => join(mkdtempSync(join(tmpdir(), 'claim-')), 'cache', 'run');

it('one run at a time claims a checkout', () => {
  const path = file();
  const release = claimCheckout(path);
  expect(() => claimCheckout(path)).toThrow(`Process ${process.pid} runs the tests in this checkout.`);
  release();
  expect(existsSync(path)).toBe(false);
  claimCheckout(path)();
});

it('the claim of a run that was killed is void', () => {
  const path = file();
  claimCheckout(path);
  // Above the highest number that Linux gives to a process.
  writeFileSync(path, '4194305');
  claimCheckout(path)();
});
