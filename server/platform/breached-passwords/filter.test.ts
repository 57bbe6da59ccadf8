import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildFilter } from './build-filter.ts';
import { falsePositiveRate, locateInFilter } from './filter-format.ts';
import { hasNumber, openFilter } from './open-filter.ts';
import { type HashKind, hashForList } from './password-digest.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breached-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
const newFile = () => join(folder, String(files++));

async function listOf(passwords: readonly string[], kind: HashKind = 'sha-1', line = (hash: string) => hash) {
  const path = newFile();
  await writeFile(
    path,
    passwords.map((one) => `${line(hashForList(kind, one).toString('hex').toUpperCase())}\n`).join(''),
  );
  return path;
}

const build = (
  lists: readonly string[],
  options: { minCount?: number; falsePositiveBits?: number; out?: string } = {},
) => buildFilter({ lists, out: newFile(), minCount: 1, falsePositiveBits: 17, partBufferBytes: 64, ...options });

async function open(lists: readonly string[], options: Parameters<typeof build>[1] = {}) {
  const out = newFile();
  await build(lists, { ...options, out });
  return openFilter(out);
}

describe('a filter of breached passwords', () => {
  test.each(['sha-1', 'ntlm'] as const)('has every password of a list of %s hashes', async (kind) => {
    const listed = Array.from({ length: 800 }, (_, at) => `stolen ${at} ключ`);
    const { has, close, header } = await open([await listOf(listed, kind)]);
    expect(header).toMatchObject({ kind, count: 800 });
    for (const one of listed) expect(await has(one)).toBe(true);
    expect(await has('stolen 800 ключ')).toBe(false);
    close();
  });

  // 5,000 others at one in 128 to 256: the bounds are five standard deviations away.
  test('takes as many other passwords for listed ones as it says', async () => {
    const { has, close, header } = await open([await listOf(Array.from({ length: 1500 }, (_, at) => `stolen ${at}`))], {
      falsePositiveBits: 7,
    });
    const others = 5000;
    let taken = 0;
    for (let at = 0; at < others; at++) if (await has(`other ${at}`)) taken += 1;
    const expected = others * falsePositiveRate(header);
    expect(falsePositiveRate(header)).toBeLessThanOrEqual(1 / 128);
    expect(Math.abs(taken - expected)).toBeLessThan(5 * Math.sqrt(expected));
    close();
  });

  test('is the same for any order, line end, case and compression of the list', async () => {
    const passwords = Array.from({ length: 200 }, (_, at) => `stolen ${at}`);
    const plain = newFile();
    await build([await listOf(passwords)], { out: plain });
    const text = await readFile(await listOf(passwords.toReversed(), 'sha-1', (hash) => `${hash.toLowerCase()}:7\r`));
    const zipped = newFile();
    // Two members, as some tools write; the last line has no end.
    await writeFile(zipped, Buffer.concat([gzipSync(text.subarray(0, 1001)), gzipSync(text.subarray(1001, -2))]));
    const out = newFile();
    await build([zipped, await listOf(passwords.slice(0, 20))], { out });
    expect((await readFile(out)).subarray(1024)).toEqual((await readFile(plain)).subarray(1024));
    expect((await readdir(folder)).filter((name) => name.endsWith('.parts'))).toEqual([]);
  });

  test('leaves out passwords that were seen less often', async () => {
    let at = 0;
    const list = await listOf(['often', 'rarely', 'enough'], 'sha-1', (hash) => `${hash}:${[500, 9, 10][at++]}`);
    const { has, close } = await open([list], { minCount: 10 });
    expect(await Promise.all(['often', 'rarely', 'enough'].map(has))).toEqual([true, false, true]);
    close();
  });

  test.each([
    ['of both kinds', `${'A'.repeat(40)}:1\n${'A'.repeat(32)}:1\n`, /line 2 does not begin with a hash of kind sha-1$/],
    ['of passwords', 'secret\n', /line 1 does not begin with a SHA-1 or NTLM hash$/],
    ['with a count that is no number', `${'A'.repeat(40)}:1x\n`, /line 1 is not HASH:count$/],
    ['with more after the hash', `${'A'.repeat(40)} 1\n`, /line 1 is not HASH:count$/],
    ['without a hash', '\r\n\n', /^no hash in /],
    ['that is empty', '', /^no hash in /],
    ['of one endless line', 'A'.repeat(3 << 20), /line 1 is too long$/],
    ['cut off while compressed', gzipSync('A'.repeat(9000)).subarray(0, 30), / cannot be read$/],
  ])('refuses a list %s and names the line, not its text', async (_name, text, message) => {
    const list = newFile();
    await writeFile(list, text);
    const out = newFile();
    await writeFile(out, 'the filter before');
    await expect(build([list], { out })).rejects.toThrow(message);
    expect(await readFile(out, 'utf8')).toBe('the filter before');
  });

  test('refuses a list that is not there', async () => {
    await expect(build([join(folder, 'none')])).rejects.toThrow(/none cannot be read$/);
  });
});

describe('a damaged filter', () => {
  test('does not open, whichever byte is another one or missing', async () => {
    const path = newFile();
    await build([await listOf(['a', 'b', 'c'])], { out: path });
    const right = await readFile(path);
    const damaged = newFile();
    // The header is padded with spaces, which say nothing.
    const end = right.indexOf('  ');
    for (let at = 0; at < right.length; at++) {
      if (at >= end && at < 1024) continue;
      const wrong = Buffer.from(right);
      wrong[at] = (wrong[at] ?? 0) ^ 0x01;
      await writeFile(damaged, wrong);
      await expect(openFilter(damaged), `byte ${at}`).rejects.toThrow(damaged);
    }
    for (const length of [0, 10, 1023, 1024, right.length - 1]) {
      await writeFile(damaged, right.subarray(0, length));
      await expect(openFilter(damaged)).rejects.toThrow(damaged);
    }
  });

  test.each([
    ['another file', Buffer.from('PK'), /is not a filter of breached passwords$/],
    ['a later version', Buffer.from('countersign breached passwords, version 2\n{}\n'), /build it again$/],
  ])('is refused in words: %s', async (_name, bytes, message) => {
    const path = newFile();
    await writeFile(path, bytes);
    await expect(openFilter(path)).rejects.toThrow(message);
    await expect(openFilter(join(folder, 'missing'))).rejects.toThrow(/missing cannot be read$/);
  });
});

test('a number is found among ascending ones of one size, and no other', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 4 }),
      fc.uniqueArray(fc.nat(65_535), { maxLength: 40 }),
      fc.nat(65_535),
      (width, added, other) => {
        const numbers = Buffer.alloc(added.length * width);
        for (const [at, one] of added.toSorted((a, b) => a - b).entries()) numbers.writeUIntBE(one, at * width, width);
        for (const one of added) expect(hasNumber(numbers, width, one)).toBe(true);
        expect(hasNumber(numbers, width, other)).toBe(added.includes(other));
      },
    ),
  );
});

test('bucket and rest are the first bits of a hash, for any lengths', () => {
  const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(word, word, fc.integer({ min: 1, max: 52 }), fc.nat(32), (high, low, bits, length) => {
      const bucketBits = Math.min(bits, length);
      const { bucket, rest } = locateInFilter({ bits, bucketBits }, high, low);
      const first = ((BigInt(high) << 32n) | BigInt(low)) >> BigInt(64 - bits);
      expect((BigInt(bucket) << BigInt(bits - bucketBits)) | BigInt(rest)).toBe(first);
      expect(bucket).toBeLessThan(2 ** bucketBits);
    }),
  );
});
