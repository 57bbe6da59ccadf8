import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ifMissing } from './if-missing.ts';

test('a missing file is undefined, and any other failure is thrown', async () => {
  expect(await readFile(`${import.meta.filename}.none`).catch(ifMissing)).toBeUndefined();
  await expect(readFile(import.meta.dirname).catch(ifMissing)).rejects.toMatchObject({ code: 'EISDIR' });
});
