import { describe, expect, test } from 'vitest';
import { NO_RECOVERY_CODES } from '../administrators/administrator.ts';
import { indexes } from '../store/indexes.ts';
import { documents } from '../store/keys.ts';
import type { DocumentKey } from '../store/store.ts';
import { TOKEN_KINDS, type TokenKind } from '../tokens/token.ts';
import { HEADS, keepsEntry, type RestoreContext, ruleFor } from './restore-rules.ts';

// SR-62. The attack: what was used, revoked or spent since the backup comes back with it and counts a second time.

const NOW = 1_800_000_000_000;
const ACCOUNT = 'acc_00000000001';
/** How far the numbered series on an anchor go. */
const HEAD = 7;

/** The values of one kind, and what each of them is after a restore. */
type Cases = readonly (readonly [stored: object, restored: object | undefined, name?: string])[];
/** What becomes of the documents of a kind: all come back unchanged, none comes back, or it depends on the value. */
type Fate = 'kept' | 'dropped' | Cases;

const token = (factor: object, rest: object = {}) => ({ id: 'tok_00000000001', nextCounter: 5, ...rest, factor });
const TOTP = { kind: 'totp', periodMs: 30_000, driftSteps: 2 };
const DAILY = { ...TOTP, periodMs: 86_400_000 };
const TIMED_SUITE = { kind: 'ocra', suite: 'OCRA-1:HOTP-SHA256-8:QN08-T1M', driftSteps: 0 };
const COUNTING_SUITE = { kind: 'ocra', suite: 'OCRA-1:HOTP-SHA256-8:C-QN08', driftSteps: 0 };

const tokens: Record<TokenKind, Cases> = {
  // All steps until now, and those ahead that its clock could have reached: three by default, two as learned.
  totp: [
    [token(TOTP), token(TOTP, { nextCounter: NOW / 30_000 + 3 + 1 })],
    [token(DAILY), token(DAILY, { nextCounter: Math.floor(NOW / DAILY.periodMs) + 2 + 1 })],
    [token(TOTP, { nextCounter: NOW }), token(TOTP, { nextCounter: NOW })],
  ],
  hotp: [[token({ kind: 'hotp' }), token({ kind: 'hotp' }, { needsResync: true })]],
  ocra: [
    [token(TIMED_SUITE), token(TIMED_SUITE)],
    [token(COUNTING_SUITE), token(COUNTING_SUITE, { needsResync: true })],
  ],
  recovery: [[token({ kind: 'recovery', macs: ['a', 'b'], lastUsed: 'c' }), token({ kind: 'recovery', macs: [] })]],
  sms: [[token({ kind: 'sms', to: '+4915112345678' }), token({ kind: 'sms', to: '+4915112345678' })]],
  email: [[token({ kind: 'email', to: 'a@b.example' }), token({ kind: 'email', to: 'a@b.example' })]],
  webauthn: [[token({ kind: 'webauthn', signCount: 3 }), token({ kind: 'webauthn', signCount: 3 })]],
};

/** Of a series: up to what the document that counts it knows. */
const upToHead = (kind: string, field: string): Cases => [
  [{ [field]: HEAD }, { [field]: HEAD }, `${kind}/${HEAD}`],
  [{ [field]: HEAD + 1 }, undefined, `${kind}/${HEAD + 1}`],
];

const FATES: Record<string, Fate> = {
  account: 'kept',
  administrator: [
    [
      { name: 'Ada', token: 'tok_1', passwordHash: 'hash', recovery: { macs: ['a', 'b'], failures: 2 } },
      { name: 'Ada', token: 'tok_1', passwordHash: 'hash', recovery: NO_RECOVERY_CODES },
    ],
    [
      { name: 'Ada', passwordHash: 'hash', recovery: NO_RECOVERY_CODES },
      { name: 'Ada', recovery: NO_RECOVERY_CODES },
    ],
  ],
  'administrator-email': 'kept',
  'administrator-flow': 'dropped',
  'administrator-link': 'dropped',
  'administrator-reset': 'dropped',
  'api-key': 'kept',
  'api-key-use': 'kept',
  authentication: 'dropped',
  'burnt-attempt': 'dropped',
  chain: 'kept',
  challenge: 'dropped',
  claim: 'kept',
  'code-checks': 'kept',
  consumer: 'kept',
  'credential-claim': 'kept',
  cursor: 'kept',
  day: 'kept',
  delivery: 'dropped',
  'email-change': 'dropped',
  enrolment: 'dropped',
  'enrolment-link': 'dropped',
  'enrolment-tries': 'kept',
  environments: 'kept',
  filter: 'kept',
  'first-login': 'kept',
  flow: 'dropped',
  'flow-begun': 'dropped',
  idempotency: 'kept',
  ledger: upToHead('ledger', 'number'),
  'ledger-reference': upToHead('ledger-reference', 'entry'),
  'login-request': 'dropped',
  logo: 'kept',
  'mac-key': 'kept',
  'made-with': 'kept',
  'password-attempts': 'kept',
  'password-reset': 'dropped',
  queue: 'dropped',
  resealing: 'dropped',
  resource: 'kept',
  restoration: 'dropped',
  result: 'dropped',
  segment: upToHead('segment', 'number'),
  session: 'dropped',
  'setup-link': 'dropped',
  // SR-58: one that was retired since the backup would sign again.
  'signing-keys': 'dropped',
  'store-purpose': 'dropped',
  'spent-seed': [
    [
      { nextCounter: 7, isCounting: true },
      { nextCounter: 7, isCounting: true, needsResync: true },
    ],
    [{ nextCounter: 60_000_000 }, { nextCounter: 60_000_000 }],
  ],
  statistics: 'kept',
  token: TOKEN_KINDS.flatMap((kind) => tokens[kind]),
  'unlock-link': 'dropped',
  usage: [
    [
      { counted: 3, held: { usr_00000000001: 1 }, recountAt: 9 },
      { counted: 3, held: {}, recountAt: NOW },
    ],
  ],
  // SR-69: a token that was set up after the backup is unknown.
  user: [
    [{ email: 'alice@shop.example' }, { email: 'alice@shop.example', hadToken: true }],
    [{ hadToken: true }, { hadToken: true }],
  ],
  webhooks: 'kept',
};

/** Documents that are read first, and how far the series on their anchor goes by them. */
const COUNTING: Record<string, [string, number][]> = {
  account: [[ACCOUNT, HEAD]],
  chain: [[ACCOUNT, HEAD]],
  // Its days are never short; it numbers nothing.
  statistics: [],
};

const kindOf = ({ name }: Pick<DocumentKey, 'name'>) => name.split('/')[0] ?? '';
const kinds = [
  ...new Set(
    Object.values(documents).map((make) =>
      kindOf((make as (...all: string[]) => DocumentKey)(ACCOUNT, 'usr_00000000001', 'x')),
    ),
  ),
].sort();

function restore(kind: string, value: object, name = kind, heads: [string, number][] = [[ACCOUNT, HEAD]]): unknown {
  const key: DocumentKey = { anchor: ACCOUNT, name };
  const context: RestoreContext = { now: NOW, heads: new Map(heads) };
  const rule = ruleFor(key);
  // A backup with a document that no rule is about is refused as a whole.
  if (!rule) throw new Error(`no rule for ${kind}`);
  return rule(deepFrozen(value) as never, context, key);
}

describe('SR-62: every kind of document', () => {
  test('has an entry in this table, and none else has', () => {
    expect(Object.keys(FATES).sort()).toEqual(kinds);
  });

  test.each(Object.entries(FATES))('%s', (kind, fate) => {
    const anything = { id: 'x', secret: 'sealed', used: false };
    if (fate === 'kept') return expect(restore(kind, anything)).toBe(anything);
    if (fate === 'dropped') return expect(restore(kind, anything)).toBeUndefined();
    for (const [stored, restored, name] of fate) expect(restore(kind, stored, name)).toEqual(restored);
  });

  test.each(['ledger', 'ledger-reference', 'segment'])('%s: nothing where nothing counts the series', (kind) => {
    expect(restore(kind, { number: 1, entry: 1 }, `${kind}/1`, [])).toBeUndefined();
  });

  test.each(kinds)('%s is read first if it counts a series, and no other', (kind) => {
    const heads = new Map<string, number>();
    // What any of the rules reads.
    const value = { number: HEAD, entry: HEAD, balance: { entries: HEAD }, factor: { kind: 'email' } };
    ruleFor({ anchor: ACCOUNT, name: kind })?.(value as never, { now: NOW, heads }, { anchor: ACCOUNT, name: kind });
    expect([...heads]).toEqual(COUNTING[kind] ?? []);
    expect(HEADS.has(kind)).toBe(kind in COUNTING);
  });

  test('an account that never had a balance counts no entry', () => {
    const heads = new Map<string, number>();
    ruleFor({ anchor: ACCOUNT, name: 'account' })?.({} as never, { now: NOW, heads }, documents.account(ACCOUNT));
    expect([...heads]).toEqual([[ACCOUNT, 0]]);
  });
});

/** Entries of indexes: all come back, none does, or only those of what came back. */
const ENTRIES: Record<string, 'kept' | 'dropped' | readonly (readonly [id: string, isKept: boolean])[]> = {
  accounts: 'kept',
  administrators: 'kept',
  'api-keys': 'kept',
  consumer: 'kept',
  // Segment and position in it, in base 36.
  events: [
    [`${HEAD.toString(36)}.0`, true],
    [`${(HEAD + 1).toString(36)}.0`, false],
    // Names no place, so nothing says that it is ahead.
    ['x', true],
  ],
  filters: 'kept',
  ledger: [
    [String(HEAD), true],
    [String(HEAD + 1), false],
  ],
  // Made anew from the accounts.
  plans: 'dropped',
  'protectimus-keys': 'kept',
  resources: 'kept',
  tokens: 'kept',
  users: 'kept',
  'webhook-deliveries': 'dropped',
  webhooks: 'kept',
};

describe('SR-62: every index', () => {
  const names = Object.values(indexes).map((make) => (make as (...all: string[]) => string)(ACCOUNT, 'x'));

  test('has an entry in this table, and none else has', () => {
    expect(Object.keys(ENTRIES).sort()).toEqual([...new Set(names.map((name) => kindOf({ name })))].sort());
  });

  test.each(names)('%s', (index) => {
    const heads = new Map([
      [ACCOUNT, HEAD],
      [`audit/${ACCOUNT}`, HEAD],
    ]);
    const fate = ENTRIES[kindOf({ name: index })] ?? [];
    const cases = typeof fate === 'string' ? [['x', fate === 'kept'] as const] : fate;
    for (const [id, isKept] of cases) expect(keepsEntry(index, id, { now: NOW, heads })).toBe(isKept);
  });
});

function deepFrozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFrozen(inner);
  return Object.freeze(value);
}
