import { PassThrough, Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineSums, writeLine } from '../../server/operations/backup/backup-records.ts';
import { BackupAssembly } from './assemble-backup.ts';
import { parseState, type UnprovenState, writeState } from './backup-state.ts';

const SALT = 'AAAAAAAAAAAAAAAAAAAAAA';
const MAC_KEY = Buffer.alloc(32, 7);
const digest = (n: number) => `${n}000000${n}0000000${n}`;
const record = (n: number) => ({ d: ['ä\u2028', `thing/${n}`] as const, v: n });
const entry = (n: number) => ({ i: 'things', e: ['s', `${n}`] as const, p: 0 });
const header = (number: number) => ({
  backup: number === 0 ? (1 as const) : (2 as const),
  partitions: 1,
  at: 5,
  mac: { keyId: 'k', nonce: 'n' },
  series: { id: 'x', salt: SALT, number },
});

function linesOf(number: number, lines: readonly string[]): string {
  const all = [
    `#${JSON.stringify({ point: `point ${number}`, macKey: MAC_KEY.toString('base64url'), record: header(number) })}`,
    ...lines,
  ];
  return [...all, `.${all.length}`].map((line) => `${line}\n`).join('');
}
const changed = (n: number) => `+${digest(n)} ${JSON.stringify(record(n))}`;
const asBefore = (n: number) => `?${digest(n)} ${JSON.stringify(entry(n))}`;
const unchanged = (...numbers: number[]) => `=${numbers.map(digest).join('')}`;

async function assemble(received: string, earlier?: UnprovenState, size = 50) {
  const bytes = Buffer.from(received);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
  const assembly = new BackupAssembly(earlier);
  const to = new PassThrough();
  const [written] = await Promise.all([text(to), pipeline(Readable.from(pieces), assembly, to)]);
  const state = new PassThrough();
  const [content] = await Promise.all([buffer(state), writeState(state, assembly.state, assembly.salt)]);
  return { written, lines: assembly.lines, content, state: parseState('the state', content) };
}
function backupOf(...records: Parameters<typeof writeLine>[1][]): string {
  const sums = new LineSums(MAC_KEY);
  return [...records, { end: records.length }].map((one) => `${writeLine(sums, one)}\n`).join('');
}
const FULL = linesOf(0, [changed(1), changed(2), asBefore(3), asBefore(4), '*{"s":0,"last":7}']);

describe('SR-62: a backup that the command assembles', () => {
  test('has every line that the service sent, in pieces of any size', async () => {
    const expected = backupOf(header(0), record(1), record(2), entry(3), entry(4), { s: 0, last: 7 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 600 }), async (size) => {
        expect(await assemble(FULL, undefined, size)).toMatchObject({ written: expected, lines: 7 });
      }),
      { numRuns: 25 },
    );
  });

  test('leaves out entries that the earlier one has, and names what is gone', async () => {
    const { state, written } = await assemble(FULL);
    const follows = written.trimEnd().split('\n').at(-1)?.split(' ')[0] ?? '';
    const increment = linesOf(1, [unchanged(2), changed(5), asBefore(3), asBefore(6)]);
    const { series, ...rest } = header(1);
    const next = await assemble(increment, state);
    expect(next.written).toBe(
      backupOf({ ...rest, series: { ...series, follows } }, record(5), entry(6), {
        gone: digest(1) + digest(4),
      }),
    );
    const after = await assemble(linesOf(2, [unchanged(2, 5), asBefore(3), asBefore(6)]), next.state);
    expect(after.lines).toBe(2);
  });

  // The attack: a cut makes all behind it look deleted.
  test('fails if anything is missing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: Buffer.byteLength(FULL) - 1 }), async (length) => {
        const cut = Buffer.from(FULL).subarray(0, length).toString('latin1');
        await expect(assemble(cut)).rejects.toThrow();
      }),
      { numRuns: 60 },
    );
    const lines = FULL.split('\n');
    await expect(assemble([...lines.slice(0, 3), ...lines.slice(4)].join('\n'))).rejects.toThrow('lines of the backup');
    await expect(assemble(`${FULL}+\n`)).rejects.toThrow('data after the end');
    const broken = `${lines.slice(0, 3).join('\n')}\n! {"code":"UNAVAILABLE","title":"Not available."}\n`;
    await expect(assemble(broken)).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'Not available.' });
  });

  test('fails if the earlier one lacks what the service takes for unchanged', async () => {
    const { state } = await assemble(FULL);
    await expect(assemble(linesOf(1, [unchanged(2, 9)]), state)).rejects.toThrow('make a full backup');
  });
});

describe('the state of a backup', () => {
  // SR-62. The attack: a changed state hides a deletion from all further increments.
  test('is refused with any byte changed, missing or added, and with another salt', async () => {
    const { content } = await assemble(FULL);
    expect(parseState('x', content).prove(SALT).digests.size).toBe(4);
    await fc.assert(
      fc.property(fc.nat({ max: content.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(content);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        for (const one of [damaged, content.subarray(0, at), Buffer.concat([content, damaged.subarray(0, 8)])]) {
          expect(() => parseState('x', one).prove(SALT)).toThrow('make a full backup');
        }
      }),
    );
    expect(() => parseState('x', content).prove(SALT.toLowerCase())).toThrow('was changed or damaged');
  });

  test('holds no name', async () => {
    const { content } = await assemble(FULL);
    expect(content.toString('latin1')).not.toMatch(/thing|AAAA/);
  });
});
