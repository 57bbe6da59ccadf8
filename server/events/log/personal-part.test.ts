import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccountEvent } from '../../kernel/event.ts';
import { sampleEvent } from '../../testing/event-stream.ts';
import { ExportedChain } from '../../testing/exported-chain.ts';
import { accountId, userId } from '../../testing/samples.ts';
import {
  commitmentTo,
  detachPersonal,
  isPersonalDataOf,
  openRecord,
  usersAtClient,
  withoutPersonalData,
} from './personal-part.ts';
import { PersonalParts } from './personal-parts.ts';
import type { AuditRecord } from './segment.ts';

const ACCOUNT = accountId(1);
const ALICE = userId(1);
const ADMINISTRATOR = 'adm_01k8dq9z2mp';
const salt = () => 'AAAAAAAAAAAAAAAAAAAAAA';

const signIn: AccountEvent = {
  ...sampleEvent(1),
  account: ACCOUNT,
  actor: { kind: 'user', id: ALICE },
  subject: ALICE,
  address: '203.0.113.7',
  userAgent: 'Mozilla/5.0 "\u2028',
};
const changed: AccountEvent = {
  type: 'user.updated',
  at: 1,
  account: ACCOUNT,
  actor: { kind: 'administrator', id: ADMINISTRATOR },
  subject: ALICE,
  outcome: 'done',
  address: '198.51.100.9',
};
const erasure: AccountEvent = { ...changed, type: 'user.erased' };

function recordOf(event: AccountEvent, sequence: number): AuditRecord {
  const id = `0-${sequence}`;
  const detached = detachPersonal(event, salt);
  return detached ? { id, ...detached } : { id, event };
}
const chainOf = (...events: AccountEvent[]) =>
  new ExportedChain([events.length], ACCOUNT, [events.map((event, at) => recordOf(event, at + 1))]);
const kinds = async (chain: ExportedChain, lines = chain.export()) =>
  (await chain.verify(lines)).findings.map(({ kind }) => kind);

describe('the personal part of an event', () => {
  test('is what its reader sees, whatever it contains, until it is erased', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.record({ address: text, userAgent: text }, { requiredKeys: [] }), (part) => {
        const { address: _a, userAgent: _u, ...rest } = signIn;
        const event = { ...rest, ...part };
        const record = recordOf(event, 1);
        expect(openRecord(record)).toEqual(event);
        expect(record.personal === undefined).toBe(Object.keys(part).length === 0);
        const [erased = record] = withoutPersonalData([record], ALICE) ?? [];
        const isErased = record.personal !== undefined;
        expect(openRecord(erased)).toEqual({ ...rest, ...(isErased && { erased: true }) });
      }),
    );
  });

  test('cannot be guessed from its commitment without the salt', () => {
    const { event, personal } = detachPersonal(signIn, salt) ?? {};
    const { salt: _, ...known } = personal ?? { salt: '' };
    expect(event?.personal).toBe(commitmentTo(personal ?? {}));
    expect(event?.personal).not.toBe(commitmentTo(known));
    expect(JSON.stringify(event)).not.toContain('203.0.113.7');
  });

  // SR-34. The attack: an administrator who changed a user erases the user, and with it their own address.
  test('SR-34: belongs to the user at the client, never to an administrator or a backend that names the user', () => {
    expect(isPersonalDataOf(signIn, ALICE)).toBe(true);
    expect(isPersonalDataOf(signIn, userId(2))).toBe(false);
    const backend = { kind: 'api-key', id: 'key_01k8dq9z2mp' } as const;
    expect(isPersonalDataOf({ ...signIn, actor: backend }, ALICE)).toBe(true);
    for (const actor of [changed.actor, backend, { kind: 'operator' } as const]) {
      expect(isPersonalDataOf({ ...changed, actor }, ALICE)).toBe(false);
    }
  });
});

describe('SR-34: verification', () => {
  test('accepts an export whose parts were erased, and counts them', async () => {
    const chain = chainOf(signIn, changed, erasure);
    expect(await chain.verify(chain.export())).toMatchObject({ ok: true, erased: 0 });
    chain.erase(ALICE);
    expect(await chain.verify(chain.export())).toMatchObject({ ok: true, findings: [], erased: 1, events: 3 });
  });

  // The attack: a database administrator removes an address, and says that it was erased.
  test('finds a part that is missing without an erasure of its user', async () => {
    const chain = chainOf(signIn, changed, { ...erasure, subject: userId(2) });
    chain.erase(ALICE);
    expect(await kinds(chain)).toEqual(['missing']);
  });

  test('finds the missing address of an administrator, although the user that they changed was erased', async () => {
    const chain = chainOf(signIn, changed, erasure);
    const lines = chain.export();
    expect(await kinds(chain, lines.with(2, (lines[2] ?? '').replace(/,"personal":\{.*\}\}$/, '}')))).toEqual([
      'missing',
    ]);
  });

  test('finds every changed character of a part, and a part that was not sealed', async () => {
    const chain = chainOf(signIn, changed, erasure);
    const lines = chain.export();
    const start = (lines[1] ?? '').lastIndexOf('"personal"');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: start - 1, max: (lines[1] ?? '').length - 1 }), async (at) => {
        const line = lines[1] ?? '';
        const other = String.fromCharCode(line.charCodeAt(at) ^ 1);
        expect(await kinds(chain, lines.with(1, line.slice(0, at) + other + line.slice(at + 1)))).not.toEqual([]);
      }),
    );
    const plain = chainOf({ ...sampleEvent(4), account: ACCOUNT });
    const added = plain.export().map((line, at) => (at === 1 ? `${line.slice(0, -1)},"personal":{"salt":""}}` : line));
    expect(await kinds(plain, added)).toEqual(['changed']);
  });
});

describe('the parts of an export', () => {
  const actor = { kind: 'user', id: ALICE };

  test.each<object>([
    {},
    { actor: null },
    { actor: ALICE },
    { actor: { ...actor, id: 7 } },
    { actor, subject: 7 },
    { actor, related: ALICE },
    { actor, related: [ALICE, 7] },
  ])('cannot belong to the record %j', (event) => {
    expect(new PersonalParts().take(1, event, undefined)).toBe('a record without an actor');
  });

  test.each<object>([{ actor: { kind: 'service' } }, { actor, subject: ALICE, related: [ALICE] }])(
    'can be absent from the record %j',
    (event) => {
      const parts = new PersonalParts();
      expect(parts.take(1, event, undefined)).toBeUndefined();
      expect([parts.erased, parts.unexplained()]).toEqual([0, []]);
    },
  );

  test('that are missing are told by their first line for each user, unless one of them was erased', () => {
    const parts = new PersonalParts();
    const missing = (line: number, user: string) =>
      parts.take(line, { ...signIn, actor: { kind: 'user', id: user }, subject: user, personal: 'sealed' }, undefined);
    for (const [line, user] of [
      [2, ALICE],
      [3, userId(2)],
      [4, ALICE],
      [5, userId(3)],
    ] as const) {
      expect(missing(line, user)).toBeUndefined();
    }
    expect([parts.erased, parts.unexplained()]).toEqual([4, [2, 3, 5]]);
    parts.take(6, { ...erasure, subject: userId(2) }, undefined);
    parts.take(7, { ...changed, subject: userId(3) }, undefined);
    expect([parts.erased, parts.unexplained()]).toEqual([4, [2, 5]]);
  });

  test('are what was sealed, and nothing else', () => {
    const { event, personal } = detachPersonal(signIn, salt) ?? {};
    const take = (part: unknown) => new PersonalParts().take(1, event ?? {}, part);
    expect(take(personal)).toBeUndefined();
    for (const part of [null, 'text', {}, { ...personal, address: '203.0.113.8' }]) {
      expect(take(part)).toBe('address and user agent are not what was sealed');
    }
    expect(new PersonalParts().take(1, changed, {})).toBe('a personal part that was not sealed');
  });
});

test('the users at the client are those that an event of a user, or a sign-in, names', () => {
  const ofUser = { ...changed, actor: { kind: 'user', id: ALICE } as const };
  expect(usersAtClient(ofUser)).toEqual([ALICE]);
  expect(usersAtClient({ ...ofUser, related: [userId(2), 'tok_01k8dq9z2mp'] })).toEqual([ALICE, userId(2)]);
  expect(usersAtClient(changed)).toEqual([]);
  const { subject: _, ...unknown } = signIn;
  expect(usersAtClient({ ...unknown, actor: { kind: 'api-key', id: 'key_01k8dq9z2mp' } })).toEqual([]);
  expect(withoutPersonalData([recordOf(changed, 1)], ALICE)).toBeUndefined();
});
