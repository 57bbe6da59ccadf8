import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountId } from '../../testing/samples.ts';
import { AUDIT_TYP, contentLines, emptyChain, GENESIS, hashSegment, LineHash, type Segment } from './segment.ts';

const header = { account: accountId(1), number: 7, previous: GENESIS, sealedAt: 1 };

/** An export prints the segment that was stored. */
function hashOfExport(segment: Segment): string {
  const hash = new LineHash();
  for (const line of contentLines(segment)) hash.add(line);
  return hash.digest();
}

/**
 * False for versions of V8 that misread a name with an escape once they have read one with a backslash
 * (nodejs/node#63785).
 */
function readsEveryName(): boolean {
  JSON.parse('{"name":1,"\\\\":2}');
  return Object.keys(JSON.parse('{"name":1,"\\n":2}'))[1] === '\n';
}

test('SR-34: no content of an event makes a segment that its export does not verify', () => {
  const attacks = ['"}', '\\', '\n{"seal":1}', '\u2028', '\ud800', '\u0000', '__proto__', '2', '-0', 'é', '😀'];
  const text = fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'binary' }));
  const canBeAny = readsEveryName();
  const isPlain = (name: string) => canBeAny || JSON.stringify(name) === `"${name}"`;
  const unit = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter(isPlain);
  const content = fc.oneof(text, fc.double(), fc.jsonValue({ stringUnit: unit }));
  const event = fc.dictionary(text.filter(isPlain), content, { maxKeys: 8 });
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 5 }), (events) => {
      const texts = events.map((one, at) => ({ id: `0-${at + 1}`, text: JSON.stringify(one) }));
      const { hash, document } = hashSegment(header, texts);
      const stored = JSON.parse(document('a signature')) as Segment;
      expect(stored).toMatchObject({ ...header, hash, signature: 'a signature' });
      expect(stored.records.map(({ id, event: one }) => ({ id, text: JSON.stringify(one) }))).toEqual(texts);
      expect(hashOfExport(stored)).toBe(hash);
    }),
    { numRuns: 300 },
  );
});

test('a chain begins with 32 zero bytes and the first segment', () => {
  expect(Buffer.from(GENESIS, 'base64url')).toEqual(Buffer.alloc(32));
  expect(emptyChain(accountId(1))).toEqual({
    account: accountId(1),
    number: 0,
    hash: GENESIS,
    first: 1,
    firstPrevious: GENESIS,
    kept: 0,
    cursors: {},
  });
});

// SR-34: The attack: another signature of the service passes for one of its log.
test('SR-34: the type of a signature of the log is its own', () => {
  expect(AUDIT_TYP).toBe('countersign-audit+jws');
});
