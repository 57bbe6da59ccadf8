import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleEvent } from '../../testing/event-stream.ts';
import { ExportedChain, hashOf } from '../../testing/exported-chain.ts';
import { accountId } from '../../testing/samples.ts';
import { contentLines, GENESIS, type Segment, sealLine } from './segment.ts';

const ACCOUNT = accountId(1);

const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 });
const pick = fc.nat(10_000);

type Mutation = (lines: string[], a: number, b: number, chain: ExportedChain) => string[];
const MUTATIONS: Record<string, Mutation> = {
  'a line dropped': (lines, a) => lines.filter((_, at) => at !== a % lines.length),
  'lines exchanged': (lines, a, b) => {
    const [i, j] = [a % lines.length, b % lines.length];
    return lines.map((line, at) => (at === i ? lines[j] : at === j ? lines[i] : line) ?? '');
  },
  'a line repeated': (lines, a, b) => lines.toSpliced(b % (lines.length + 1), 0, lines[a % lines.length] ?? ''),
  'a character changed': (lines, a, b) =>
    lines.map((line, at) => {
      if (at !== a % lines.length) return line;
      const place = b % line.length;
      return line.slice(0, place) + String.fromCharCode(line.charCodeAt(place) ^ 1) + line.slice(place + 1);
    }),
  'a character inserted': (lines, a, b) =>
    lines.map((line, at) => {
      const place = b % (line.length + 1);
      return at === a % lines.length ? `${line.slice(0, place)} ${line.slice(place)}` : line;
    }),
  'the end cut off': (lines, a) => lines.slice(0, a % lines.length),
  'the beginning cut off': (lines, a) => lines.slice(1 + (a % lines.length)),
  'a segment dropped': (lines, a) => {
    const blocks = blocksOf(lines);
    return blocks.filter((_, at) => at !== a % Math.max(1, blocks.length - 1)).flat();
  },
  'segments exchanged': (lines, a, b) => {
    const blocks = blocksOf(lines);
    const [i, j] = [a % Math.max(1, blocks.length - 1), b % Math.max(1, blocks.length - 1)];
    return blocks.flatMap((block, at) => (at === i ? blocks[j] : at === j ? blocks[i] : block) ?? []);
  },
  'a line of another account’s chain': (lines, a, b, chain) => {
    const other = new ExportedChain([2, 3], accountId(2));
    for (const [jws, statement] of other.said) chain.said.set(jws, statement);
    const otherLines = other.export();
    for (const [jws, statement] of other.said) chain.said.set(jws, statement);
    return lines.with(a % lines.length, otherLines[b % otherLines.length] ?? '');
  },
  'the events of a segment replaced, with a new hash': (lines, a, _b, chain) => {
    const at = a % chain.segments.length;
    const segment = chain.segments[at];
    if (!segment) return lines;
    const forged = { ...segment, records: segment.records.map(({ id }) => ({ id, event: sampleEvent(0) })) };
    if (hashOf(forged) === segment.hash) return lines;
    const blocks = blocksOf(lines);
    return blocks.with(at, [...contentLines(forged), sealLine({ ...forged, hash: hashOf(forged) })]).flat();
  },
  'an older end behind fewer segments': (lines, a, _b, chain) => {
    const blocks = blocksOf(lines);
    const last = a % chain.segments.length;
    // The statement of an earlier export with a later beginning.
    const end = chain.export(Math.min(last + 1, chain.segments.length), chain.segments.length).at(-1) ?? '';
    return chain.segments.length < 2 || last === 0 ? lines : [...blocks.slice(0, last).flat(), end];
  },
};

function blocksOf(lines: readonly string[]): string[][] {
  const blocks: string[][] = [[]];
  for (const line of lines) {
    blocks.at(-1)?.push(line);
    if (line.startsWith('{"seal"')) blocks.push([]);
  }
  return blocks;
}

describe('an export', () => {
  test('verifies as it was sealed, wherever it begins', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, pick, async (of, from) => {
        const chain = new ExportedChain(of);
        const first = 1 + (from % (of.length + 1));
        const report = await chain.verify(chain.export(first));
        expect(report.findings).toEqual([]);
        expect(report).toMatchObject({ ok: true, account: ACCOUNT, first, segments: of.length - first + 1 });
        expect(report.events).toBe(of.slice(first - 1).reduce((sum, size) => sum + size, 0));
        expect(report.head?.number).toBe(of.length);
      }),
    );
  });

  test.each(Object.entries(MUTATIONS))('SR-34: %s is detected', async (_, mutate) => {
    await fc.assert(
      fc.asyncProperty(sizes, pick, pick, async (of, a, b) => {
        const chain = new ExportedChain(of);
        const lines = chain.export();
        const mutated = mutate(lines, a, b, chain);
        fc.pre(mutated.join('\n') !== lines.join('\n'));
        const report = await chain.verify(mutated);
        expect(report.ok).toBe(false);
        expect(report.findings.length).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });

  test('reports the problem and its line', async () => {
    const chain = new ExportedChain([2, 1]);
    const lines = chain.export();
    const found = async (mutated: string[]) =>
      (await chain.verify(mutated)).findings.map(({ line, kind }) => [line, kind]);
    expect(await found(lines.with(1, (lines[1] ?? '').replace('0-1', '0-9')))).toContainEqual([4, 'changed']);
    expect(await found(lines.toSpliced(1, 1))).toContainEqual([3, 'missing']);
    expect(await found(lines.toSpliced(2, 0, lines[1] ?? ''))).toContainEqual([3, 'inserted']);
    expect(await found(lines.slice(0, -1))).toEqual([[8, 'truncated']]);
    expect(await found([...lines.slice(0, 4), lines.at(-1) ?? ''])).toEqual([[5, 'truncated']]);
    expect(await found([...lines, lines[0] ?? ''])).toEqual([[9, 'inserted']]);
  });

  test('verifies when it has no segments, but not when the file is empty', async () => {
    const chain = new ExportedChain([]);
    expect(await chain.verify(chain.export())).toMatchObject({ ok: true, events: 0, head: { number: 0 } });
    expect(await chain.verify([])).toMatchObject({ ok: false, findings: [{ line: 1, kind: 'truncated' }] });
  });

  test('SR-34: an export older than a known head, or of another account, is detected', async () => {
    const chain = new ExportedChain([1, 2, 3]);
    const last = chain.segments.at(-1);
    const known = { number: 3, hash: last?.hash ?? '' };
    expect(await chain.verify(chain.export(), { known, account: ACCOUNT })).toMatchObject({ ok: true });
    expect(await chain.verify(chain.export(4), { known })).toMatchObject({ ok: true });
    const older = await chain.verify(chain.export(1, 2), { known });
    expect(older.findings.map(({ kind }) => kind)).toEqual(['unexpected']);
    const other = await chain.verify(chain.export(), { account: accountId(2) });
    expect(other.findings.map(({ kind }) => kind)).toContain('unexpected');
  });

  // SR-62: the attack restores events that do not continue the backup, or are forged.
  test('SR-62: forged events behind a trusted head need a valid signature; segments up to the head need none', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, pick, pick, async (of, a, b) => {
        const chain = new ExportedChain(of);
        const at = a % (of.length + 1);
        const hash = chain.segments[at - 1]?.hash ?? GENESIS;
        const trusted = new Map([[ACCOUNT as string, { number: at, hash }]]);
        const lines = chain.export();
        for (const { signature } of chain.segments.slice(0, at)) chain.said.delete(signature);
        expect(await chain.verify(lines, { trusted })).toMatchObject({ ok: true });
        expect(await chain.verify(chain.export(at + 1), { trusted })).toMatchObject({ ok: true });

        const elsewhere = new Map([
          [
            ACCOUNT as string,
            { number: at, hash: hashOf(new ExportedChain([1], accountId(2)).segments[0] as Segment) },
          ],
        ]);
        expect((await chain.verify(lines, { trusted: elsewhere })).ok).toBe(false);
        expect(
          (await chain.verify(lines, { trusted: new Map([[accountId(2) as string, { number: 0, hash }]]) })).ok,
        ).toBe(false);
        if (at === of.length) return;
        expect((await chain.verify(chain.export(at + 2), { trusted })).ok).toBe(false);
        const behind = chain.segments.slice(at);
        chain.said.delete(behind[b % behind.length]?.signature ?? '');
        const report = await chain.verify(lines, { trusted });
        expect(report.findings.map(({ kind }) => kind)).toContain('signature');
      }),
      { numRuns: 60 },
    );
  });

  test('rejects an event that was sealed twice, even if every signature is valid', async () => {
    const chain = new ExportedChain([1]);
    const [first] = chain.segments;
    if (!first) throw new Error('no segment');
    const content = { account: ACCOUNT, number: 2, previous: first.hash, sealedAt: 2000, records: first.records };
    const hash = hashOf(content);
    const signature = chain.sign({ kind: 'segment', account: ACCOUNT, number: 2, hash });
    chain.segments.push({ ...content, hash, signature });
    expect((await chain.verify(chain.export())).findings.map(({ kind }) => kind)).toEqual(['inserted']);
  });
});
