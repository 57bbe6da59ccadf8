import { omitUndefined } from '@countersign/protocol/omit-undefined';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../../../shared/testing/any-character.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import { accountId, userId } from '../../testing/samples.ts';
import { START } from '../../testing/test-ports.ts';
import { detachPersonal } from '../log/personal-part.ts';
import type { AuditRecord } from '../log/segment.ts';
import { feedLine, gapLine } from './feed-line.ts';

const account = accountId(1);
const event: AccountEvent = {
  type: 'authentication',
  at: START,
  account,
  actor: { kind: 'user', id: userId(1) },
  outcome: 'refused',
  reason: 'OTP_WRONG',
  address: '203.0.113.7',
};

test('a line has the fields of the event, its account, its place in the log, and the version', () => {
  const { text, at, outcome } = feedLine({ account, number: 42 }, { id: '17-4711', event });
  expect([at, outcome]).toEqual([START, 'refused']);
  expect(text).toBe(
    `{"schema":1,"account":"${account}","time":"2027-01-15T08:00:00.000Z","id":"17-4711","segment":42,` +
      `"type":"authentication","at":${START},"actor":{"kind":"user","id":"${userId(1)}"},"outcome":"refused",` +
      '"reason":"OTP_WRONG","address":"203.0.113.7"}',
  );
});

// SR-36. The attack: a client sends a user agent that ends the line and begins another one, which a SIEM takes for an
// event, or that its terminal obeys.
describe('text that a client chose', () => {
  const hostile = fc.string({ unit: anyCharacter, maxLength: 60 });

  test('is one line of ASCII, and the same text when it is parsed', () => {
    fc.assert(
      fc.property(hostile, hostile, (userAgent, requestId) => {
        const { text } = feedLine({ account, number: 1 }, { id: '0-1', event: { ...event, userAgent, requestId } });
        expect(text).toMatch(/^[\x20-\x7e]+$/);
        const { account: _, ...fields } = event;
        expect(JSON.parse(text)).toEqual({
          schema: 1,
          account,
          time: '2027-01-15T08:00:00.000Z',
          id: '0-1',
          segment: 1,
          ...fields,
          userAgent,
          requestId,
        });
      }),
    );
  });
});

test('a line shows what is beside the hashed event, or that it was erased', () => {
  const parts = detachPersonal(event, () => 'salt');
  const sealed = { id: '0-1', event: parts?.event ?? event };
  const line = (record: AuditRecord) => JSON.parse(feedLine({ account, number: 1 }, record).text) as object;
  expect(parts?.event).not.toHaveProperty('address');
  expect(line({ ...sealed, ...omitUndefined({ personal: parts?.personal }) })).toMatchObject({
    address: '203.0.113.7',
  });
  expect(line({ ...sealed, ...omitUndefined({ personal: parts?.personal }) })).not.toHaveProperty('personal');
  expect(line(sealed)).toMatchObject({ erased: true });
});

test('a gap names the segments that are missing', () => {
  expect(JSON.parse(gapLine(account, { from: 3, to: 7 }, START).text)).toEqual({
    schema: 1,
    account,
    time: '2027-01-15T08:00:00.000Z',
    type: 'feed.gap',
    at: START,
    actor: { kind: 'service' },
    outcome: 'done',
    segments: { from: 3, to: 7 },
  });
});
