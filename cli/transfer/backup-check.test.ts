import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineSums, writeLine } from '../../server/operations/backup/backup-records.ts';
import { BackupCheck } from './backup-check.ts';

/** Passes the text on in pieces of that many bytes. Returns the number of lines. */
async function check(text: string, size = 7): Promise<number> {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
  const passed: Buffer[] = [];
  const to = new Writable({
    write(chunk: Buffer, _, done) {
      passed.push(chunk);
      done();
    },
  });
  const checking = new BackupCheck();
  await pipeline(Readable.from(pieces), checking, to);
  expect(Buffer.concat(passed).equals(bytes)).toBe(true);
  return checking.lines;
}

function backupOf(count: number): string {
  const sums = new LineSums(new Uint8Array(32));
  const lines = Array.from({ length: count }, (_, n) => writeLine(sums, { s: 0, n, v: 'Grüße'.repeat(n % 90) }));
  return [...lines, writeLine(sums, { end: count })].map((line) => `${line}\n`).join('');
}

// SR-62. The attack: a backup that was cut off is kept as if it were complete.
describe('SR-62: a backup', () => {
  const backup = backupOf(40);

  test('that is complete passes, in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9000 }), async (size) => {
        expect(await check(backup, size)).toBe(41);
      }),
      { numRuns: 30 },
    );
  });

  test('that is cut off anywhere fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: Buffer.byteLength(backup) - 1 }), async (length) => {
        const cut = Buffer.from(backup).subarray(0, length).toString('latin1');
        await expect(check(cut, 500)).rejects.toThrow('cut off');
      }),
      { numRuns: 60 },
    );
  });

  test('that lacks lines before its end fails', async () => {
    const lines = backup.split('\n');
    await expect(check([...lines.slice(0, 20), ...lines.slice(21)].join('\n'))).rejects.toThrow('cut off');
  });

  test('that the service could not complete fails with the reason', async () => {
    const broken = `${backup.split('\n').slice(0, 9).join('\n')}\n! {"code":"UNAVAILABLE","title":"Not available."}\n`;
    await expect(check(broken, 300)).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'Not available.' });
  });
});
