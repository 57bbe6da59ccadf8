import { describe, expect, test } from 'vitest';
import { sampleEvent } from '../../testing/event-stream.ts';
import { ExportedChain, hashOf } from '../../testing/exported-chain.ts';
import { accountId } from '../../testing/samples.ts';
import { type AuditRecord, GENESIS, type Segment } from './segment.ts';
import { verifyChain } from './verify-chain.ts';

const ACCOUNT = accountId(1);

/** A chain of one segment with these records. */
function chainOf(records: readonly AuditRecord[]): ExportedChain {
  const chain = new ExportedChain([]);
  const content = { account: ACCOUNT, number: 1, previous: GENESIS, sealedAt: 1000, records };
  const hash = hashOf(content);
  const signature = chain.sign({ kind: 'segment', account: ACCOUNT, number: 1, hash });
  chain.segments.push({ ...content, hash, signature });
  return chain;
}

describe('the report of an export', () => {
  const chain = new ExportedChain([2, 1]);
  const [first, second] = chain.segments as [Segment, Segment];

  test('says what was in it and where it ended', async () => {
    expect(await chain.verify(chain.export())).toEqual({
      ok: true,
      findings: [],
      account: ACCOUNT,
      segments: 2,
      events: 3,
      first: 1,
      head: { number: 2, hash: second.hash, at: 5000 },
      lost: 0,
      erased: 0,
    });
    expect(await chain.verify(chain.export(2))).toMatchObject({ ok: true, first: 2, segments: 1, events: 1 });
  });

  test('finds a known head before its first segment, also without segments or without an end', async () => {
    expect(await chain.verify(chain.export(2), { known: first })).toMatchObject({ ok: true });
    expect(await chain.verify(chain.export(3), { known: second })).toMatchObject({ ok: true, first: 3 });
    const { findings } = await chain.verify(chain.export(2).slice(0, -1), { known: first });
    expect(findings.map(({ kind }) => kind)).toEqual(['truncated']);
  });

  test('opens no end that is not a text', async () => {
    const opened: unknown[] = [];
    await verifyChain(['{"head":1}'], async (jws) => void opened.push(jws));
    expect(opened).toEqual([]);
  });

  test('tells the partitions of two digits apart', async () => {
    const records = ['12-1', '2-1', '13-1'].map((id, at) => ({ id, event: { ...sampleEvent(at), account: ACCOUNT } }));
    const many = chainOf(records);
    expect(await many.verify(many.export())).toMatchObject({ ok: true, events: 3 });
  });
});

test('events that were lost are counted as recorded, and only if the record says which', async () => {
  const events = [
    { lost: { partition: 0, from: 5, to: 9 } },
    { lost: { partition: 1, from: 3, to: 3 } },
    ...[null, 'x', {}, { from: 1 }, { to: 1 }, { from: '1', to: 2 }, { from: 1, to: '2' }].map((lost) => ({ lost })),
  ];
  const records = events.map((event, at) => ({
    id: at === 0 ? 'lost-0-9' : `1-${at + 3}`,
    event: { ...sampleEvent(0), account: ACCOUNT, ...event } as AuditRecord['event'],
  }));
  const chain = chainOf(records);
  expect(await chain.verify(chain.export())).toMatchObject({ ok: true, findings: [], lost: 6, events: events.length });
});
