import { describe, expect, test } from 'vitest';
import type { AuditStatement } from '../../kernel/audit-statement.ts';
import { ExportedChain } from '../../testing/exported-chain.ts';
import { accountId } from '../../testing/samples.ts';
import { GENESIS, headLine, type Segment } from './segment.ts';
import { verifyChain } from './verify-chain.ts';

const ACCOUNT = accountId(1);

type Finding = [line: number, kind: string, message: string];

/** Changes the fields of a line. A field that becomes undefined is left out. */
function edit(line: string | undefined, fields: object): string {
  return JSON.stringify({ ...JSON.parse(line ?? '{}'), ...fields });
}

describe('each finding says what is wrong, and on which line', () => {
  // Lines 1 to 4 and 5 to 7 are the two segments, line 8 is the signed end.
  const chain = new ExportedChain([2, 1]);
  const lines = chain.export();
  const [first, second] = chain.segments as [Segment, Segment];
  const at = (line: number) => lines[line - 1];
  const replaced = (line: number, text: string) => lines.with(line - 1, text);
  const changed = (number: number) => `segment ${number} is not what was sealed`;
  const noLine = 'this is no line of an export';
  const elsewhere = (head: object) =>
    chain.sign({
      kind: 'head',
      account: ACCOUNT,
      first: 1,
      previous: GENESIS,
      last: 2,
      hash: second.hash,
      at: 5000,
      ...head,
    } as AuditStatement);

  const withoutBeginning: Finding[] = [
    [5, 'unreadable', 'this is no beginning of a segment'],
    [6, 'inserted', 'a record outside of any segment'],
    [7, 'inserted', 'a seal outside of any segment'],
    [8, 'truncated', 'this export ended with segment 2, and here it ends with 1'],
  ];

  test.each<[string, string[], Finding[]]>([
    [
      'no JSON',
      replaced(2, 'x'),
      [
        [2, 'unreadable', noLine],
        [4, 'missing', 'segment 1 has 2 records, and 1 are here'],
        [4, 'changed', changed(1)],
      ],
    ],
    [
      'a list',
      replaced(2, '[]'),
      [
        [2, 'unreadable', noLine],
        [4, 'missing', 'segment 1 has 2 records, and 1 are here'],
        [4, 'changed', changed(1)],
      ],
    ],
    [
      'null and nothing known',
      lines.toSpliced(4, 0, 'null', '7', '{"other":1}'),
      [
        [5, 'unreadable', noLine],
        [6, 'unreadable', noLine],
        [7, 'unreadable', noLine],
      ],
    ],
    [
      'an unreadable line in a whole segment',
      lines.toSpliced(3, 0, 'x'),
      [
        [4, 'unreadable', noLine],
        [5, 'changed', changed(1)],
      ],
    ],
    [
      'an end that is cut off',
      lines.slice(0, 7),
      [[8, 'truncated', 'the signed end is missing: something was cut off']],
    ],
    ['more behind the end', [...lines, 'x'], [[9, 'inserted', 'there is data after the signed end']]],
    [
      'a segment without a seal',
      lines.toSpliced(3, 1),
      [
        [4, 'missing', 'the seal of segment 1 is missing'],
        [7, 'missing', 'this export began with segment 1, and here it begins with 2'],
      ],
    ],
    [
      'an end without a seal before it',
      lines.toSpliced(6, 1),
      [
        [7, 'missing', 'the seal of segment 2 is missing'],
        [7, 'truncated', 'this export ended with segment 2, and here it ends with 1'],
      ],
    ],
    ['a beginning whose number is a text', replaced(5, edit(at(5), { segment: '2' })), withoutBeginning],
    ['a beginning that names no segment before it', replaced(5, edit(at(5), { previous: 1 })), withoutBeginning],
    ['a beginning without a number of records', replaced(5, edit(at(5), { records: undefined })), withoutBeginning],
    [
      'a segment that is left out',
      replaced(5, edit(at(5), { segment: 4 })),
      [
        [5, 'missing', 'segment 4 follows segment 1: the chain is missing'],
        [7, 'changed', 'the seal of segment 2 ends segment 4'],
        [7, 'changed', changed(4)],
        [7, 'signature', 'the signature of segment 4 is of something else'],
        [8, 'truncated', 'this export ended with segment 2, and here it ends with 4'],
      ],
    ],
    [
      'a segment that comes again',
      lines.toSpliced(4, 0, ...lines.slice(0, 4)),
      [
        [5, 'inserted', 'segment 1 follows segment 1: the chain goes back'],
        [6, 'inserted', 'event 0-1 is here twice, or too late'],
        [7, 'inserted', 'event 0-2 is here twice, or too late'],
      ],
    ],
    [
      'a segment that continues another',
      replaced(5, edit(at(5), { previous: GENESIS })),
      [
        [5, 'changed', 'segment 2 does not continue segment 1 as it is here'],
        [7, 'changed', changed(2)],
      ],
    ],
    [
      'a record outside of a segment',
      lines.toSpliced(4, 0, at(6) ?? ''),
      [[5, 'inserted', 'a record outside of any segment']],
    ],
    [
      'a record whose event is a text',
      replaced(6, edit(at(6), { event: 'x' })),
      [
        [6, 'changed', 'a record without an event'],
        [7, 'changed', changed(2)],
      ],
    ],
    [
      'a record whose event is null',
      replaced(6, edit(at(6), { event: null })),
      [
        [6, 'changed', 'a record without an event'],
        [7, 'changed', changed(2)],
      ],
    ],
    [
      'a record without its number',
      replaced(6, edit(at(6), { id: 'a0-3' })),
      [
        [6, 'changed', 'a record without its number'],
        [7, 'changed', changed(2)],
      ],
    ],
    [
      'a record with more than its number',
      replaced(6, edit(at(6), { id: '0-3b' })),
      [
        [6, 'changed', 'a record without its number'],
        [7, 'changed', changed(2)],
      ],
    ],
    [
      'one record too many',
      lines.toSpliced(6, 0, edit(at(6), { id: '0-4' })),
      [
        [8, 'inserted', 'segment 2 has 1 records, and 2 are here'],
        [8, 'changed', changed(2)],
      ],
    ],
    [
      'one record too few',
      lines.toSpliced(2, 1),
      [
        [3, 'missing', 'segment 1 has 2 records, and 1 are here'],
        [3, 'changed', changed(1)],
      ],
    ],
    [
      'a seal without a segment',
      lines.toSpliced(4, 0, at(4) ?? ''),
      [[5, 'inserted', 'a seal outside of any segment']],
    ],
    ...(['seal', 'hash', 'signature'] as const).map((field): [string, string[], [number, string, string][]] => [
      `a seal whose ${field} is missing`,
      replaced(7, edit(at(7), { [field]: field === 'seal' ? '2' : 2 })),
      [
        [7, 'changed', 'this is not the seal of a segment'],
        [8, 'truncated', 'this export ended with segment 2, and here it ends with 1'],
      ],
    ]),
    [
      'a seal of another segment',
      replaced(7, edit(at(7), { seal: 3 })),
      [[7, 'changed', 'the seal of segment 3 ends segment 2']],
    ],
    ['a seal with a space', replaced(7, `${at(7)} `), [[7, 'changed', 'the seal is written differently']]],
    [
      'an unknown signature',
      replaced(7, edit(at(7), { signature: 'x' })),
      [[7, 'signature', 'segment 2 is not signed with any of the keys']],
    ],
    [
      'the signature of another segment',
      replaced(7, edit(at(7), { signature: first.signature })),
      [[7, 'signature', 'the signature of segment 2 is of something else']],
    ],
    [
      'an end that is a number',
      replaced(8, '{"head":1}'),
      [[8, 'signature', 'the end is not signed with any of the keys']],
    ],
    [
      'an end that signs a segment',
      replaced(8, headLine(second.signature)),
      [[8, 'signature', 'the end is not signed with any of the keys']],
    ],
    [
      'an end that is written differently',
      replaced(8, `${at(8)} `),
      [[8, 'changed', 'the end is written differently']],
    ],
    [
      'an end that began earlier',
      replaced(8, headLine(elsewhere({ first: 0 }))),
      [[8, 'missing', 'this export began with segment 0, and here it begins with 1']],
    ],
    [
      'an end that began after another',
      replaced(8, headLine(elsewhere({ previous: first.hash }))),
      [
        [8, 'missing', 'this export began with segment 1, and here it begins with 1'],
        [8, 'changed', 'the chain has no beginning'],
      ],
    ],
    [
      'an end that ended later',
      replaced(8, headLine(elsewhere({ last: 3 }))),
      [[8, 'truncated', 'this export ended with segment 3, and here it ends with 2']],
    ],
    [
      'an end with another hash',
      replaced(8, headLine(elsewhere({ hash: first.hash }))),
      [[8, 'truncated', 'this export ended with segment 2, and here it ends with 2']],
    ],
    [
      'an end of another account',
      replaced(8, headLine(elsewhere({ account: accountId(2) }))),
      [[8, 'unexpected', `this is of account ${accountId(2)}`]],
    ],
    [
      'a segment without an account',
      replaced(5, edit(at(5), { account: undefined })),
      [
        [5, 'changed', 'the account is missing'],
        [7, 'changed', changed(2)],
      ],
    ],
    [
      'a segment of another account',
      replaced(5, edit(at(5), { account: accountId(2) })),
      [
        [5, 'unexpected', `this is of account ${accountId(2)}`],
        [7, 'changed', changed(2)],
      ],
    ],
  ])('%s', async (_, mutated, expected) => {
    const report = await chain.verify(mutated);
    expect(report.findings.map(({ line, kind, message }) => [line, kind, message])).toEqual(expected);
    expect(report.ok).toBe(false);
  });

  test('the signature of a segment must be of this chain in every part', async () => {
    const { hash } = second;
    const statement = { kind: 'segment', account: ACCOUNT, number: 2, hash } as const;
    for (const [fields, isRight] of [
      [{}, true],
      [{ number: 1 }, false],
      [{ hash: first.hash }, false],
      [{ account: accountId(2) }, false],
      [{ kind: 'head' }, false],
    ] as const) {
      const signature = chain.sign({ ...statement, ...fields } as AuditStatement);
      expect((await chain.verify(replaced(7, edit(at(7), { signature })))).ok).toBe(isRight);
    }
  });

  test('a known head that is not in the chain', async () => {
    const known = { number: 2, hash: first.hash };
    const { findings } = await chain.verify(lines, { known });
    expect(findings).toEqual([
      {
        line: 8,
        kind: 'unexpected',
        message: 'segment 2 with the hash that was seen before is not in this chain',
      },
    ]);
    expect((await chain.verify(lines, { known: { number: 1, hash: second.hash } })).ok).toBe(false);
    expect((await chain.verify(lines, { known: { number: 1, hash: first.hash } })).ok).toBe(true);
    expect((await chain.verify(lines, { known: { number: 0, hash: GENESIS } })).ok).toBe(true);
  });

  test('SR-62: no signature up to a trusted head, and every one behind it', async () => {
    const trusted = (number: number, { hash }: Segment, account: string = ACCOUNT) =>
      new Map([[account, { number, hash }]]);
    const messages = async (unsigned: number, head: ReturnType<typeof trusted>) => {
      const forged = replaced(unsigned, edit(at(unsigned), { signature: 'x' }));
      return (await chain.verify(forged, { trusted: head })).findings.map(({ message }) => message);
    };
    expect(await messages(4, trusted(1, first))).toEqual([]);
    expect(await messages(7, trusted(1, first))).toEqual(['segment 2 is not signed with any of the keys']);
    expect(await messages(7, trusted(2, second))).toEqual([]);
    expect(await messages(7, trusted(2, first))).toEqual([
      'segment 2 with the hash that was seen before is not in this chain',
    ]);
    expect(await messages(8, trusted(2, second, accountId(2)))).toContain(`this is of account ${ACCOUNT}`);
  });

  test('a chain without a beginning, also if no segment is left', async () => {
    const end = elsewhere({ previous: second.hash, last: 0, hash: second.hash });
    const { findings } = await chain.verify([headLine(end)]);
    expect(findings.map(({ message }) => message)).toEqual(['the chain has no beginning']);
  });

  test('a file that is not UTF-8', async () => {
    async function* broken() {
      yield* lines.slice(0, 4);
      throw new TypeError('invalid data');
    }
    const report = await verifyChain(broken(), async (jws) => chain.said.get(jws));
    expect(report.findings.map(({ line, kind, message }) => [line, kind, message])).toEqual([
      [4, 'unreadable', 'the file is not UTF-8 from here on'],
      [5, 'truncated', 'the signed end is missing: something was cut off'],
    ]);
    async function* failing() {
      yield* lines.slice(0, 4);
      throw new Error('the disk');
    }
    await expect(verifyChain(failing(), async () => undefined)).rejects.toThrow('the disk');
  });

  test('no more than a hundred', async () => {
    const { findings } = await chain.verify(Array.from({ length: 300 }, () => 'x'));
    expect(findings).toHaveLength(100);
  });
});
