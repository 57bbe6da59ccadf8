import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TOKEN_KINDS, type TokenKind } from '@countersign/protocol/tokens';
import { describe, expect, test } from 'vitest';
import { accountDocument } from '../../accounts/documents.ts';
import { NO_RECOVERY_CODES } from '../../administrators/administrator.ts';
import type { RawKey } from '../../kernel/ports/store.ts';
import type { SecretContext } from '../../kernel/secret-context.ts';
import type { RestoreContext } from '../../store/define-document.ts';
import { CATALOGUE } from './catalogue.ts';

// SR-62. The attack: a code, key or result that was used or revoked since the backup returns with it and works a second
// time.

const NOW = 1_800_000_000_000;
const ACCOUNT = 'acc_00000000001';
/** The last number of the series on an anchor. */
const HEAD = 7;

/** The values of one kind, each with its value after a restore. */
type Cases = readonly (readonly [stored: object, restored: object | undefined, name?: string])[];
/** The rule for the documents of a kind: all return unchanged, none returns, or it depends on the value. */
type Fate = 'kept' | 'dropped' | Cases;

const token = (factor: object, rest: object = {}) => ({ id: 'tok_00000000001', nextCounter: 5, ...rest, factor });
const TOTP = { kind: 'totp', periodMs: 30_000, driftSteps: 2 };
const DAILY = { ...TOTP, periodMs: 86_400_000 };
const TIMED_SUITE = { kind: 'ocra', suite: 'OCRA-1:HOTP-SHA256-8:QN08-T1M', driftSteps: 0 };
const COUNTING_SUITE = { kind: 'ocra', suite: 'OCRA-1:HOTP-SHA256-8:C-QN08', driftSteps: 0 };

const tokens: Record<TokenKind, Cases> = {
  // All steps until now, and later ones that its clock could have reached: three by default, two as learned.
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

/** Of a series: up to the number in the document that counts it. */
const upToHead = (kind: string, field: string): Cases => [
  [{ [field]: HEAD }, { [field]: HEAD }, `${kind}/${HEAD}`],
  [{ [field]: HEAD + 1 }, undefined, `${kind}/${HEAD + 1}`],
];

const FATES: Record<string, Fate> = {
  account: 'kept',
  'account-deletion': 'kept',
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
  'administrator-passkey': 'dropped',
  'administrator-reset': 'dropped',
  'administrator-sign-ins': 'kept',
  'api-key': 'kept',
  'api-key-use': 'kept',
  authentication: 'dropped',
  'backup-point': 'dropped',
  'archive-file': 'dropped',
  'burnt-attempt': 'dropped',
  // Files are counted again when the restore has written them.
  chain: [
    [{ number: 3 }, { number: 3 }],
    [{ number: 3, archive: { last: 2, records: 9, cleared: 2 } }, { number: 3 }],
  ],
  challenge: 'dropped',
  claim: 'kept',
  // SR-63: a service does not go back before its backup, and what has become old since is removed slowly.
  'clock-mark': [
    [
      { at: NOW - 9, settledAt: NOW - 10, bootedAt: 7 },
      { at: NOW, settledAt: NOW - 10, bootedAt: 0 },
    ],
    [
      { at: NOW + 9, settledAt: NOW + 8, bootedAt: 7 },
      { at: NOW + 9, settledAt: NOW, bootedAt: 0 },
    ],
  ],
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
  'last-sign-ins': 'kept',
  // Another process takes over, and nothing that comes after the backup counts as sent.
  feed: [
    [
      { holder: 'a', until: 9, caughtUpAt: 5 },
      { until: 0, caughtUpAt: 5 },
    ],
  ],
  'feed-cursor': [
    [{ number: HEAD - 1 }, { number: HEAD - 1 }],
    [{ number: HEAD + 1 }, { number: HEAD }],
  ],
  // Continues, so that what the backup brings back is erased.
  erasure: 'kept',
  filter: 'kept',
  'first-login': 'kept',
  'first-result': 'kept',
  flow: 'dropped',
  'flow-begun': 'dropped',
  idempotency: 'kept',
  ledger: upToHead('ledger', 'number'),
  'ledger-reference': upToHead('ledger-reference', 'entry'),
  'login-request': 'dropped',
  logo: 'kept',
  hook: 'kept',
  'keys-read': 'dropped',
  'last-backup': 'dropped',
  'mac-key': 'kept',
  'mail-status': 'dropped',
  'made-with': 'kept',
  'password-attempts': 'kept',
  'password-reset': 'dropped',
  processes: 'dropped',
  queue: 'dropped',
  resealing: 'dropped',
  resource: 'kept',
  restoration: 'dropped',
  result: 'dropped',
  segment: upToHead('segment', 'number'),
  session: 'dropped',
  'setup-link': 'dropped',
  // SR-58: a key that was retired since the backup would sign again.
  'signing-keys': 'dropped',
  'store-purpose': 'dropped',
  texts: 'kept',
  'spent-seed': [
    [
      { nextCounter: 7, isCounting: true },
      { nextCounter: 7, isCounting: true, needsResync: true },
    ],
    [{ nextCounter: 60_000_000 }, { nextCounter: 60_000_000 }],
  ],
  statistics: 'kept',
  token: TOKEN_KINDS.flatMap((kind) => tokens[kind]),
  'known-sign-ins': 'dropped',
  'trusted-browsers': 'dropped',
  'unlock-link': 'dropped',
  usage: [
    [
      { counted: 3, held: { usr_00000000001: 1 }, recountAt: 9 },
      { counted: 3, held: {}, recountAt: NOW },
    ],
  ],
  // SR-69: a token that was enrolled after the backup is unknown.
  user: [
    [{ email: 'alice@shop.example' }, { email: 'alice@shop.example', hadToken: true }],
    [{ hadToken: true }, { hadToken: true }],
    [{ signInsCompared: true }, { hadToken: true }],
  ],
  webhooks: 'kept',
};

/** Documents that are read first, and the number of the series on their anchor. */
const COUNTING: Record<string, [string, number][]> = {
  account: [[ACCOUNT, HEAD]],
  chain: [[ACCOUNT, HEAD]],
  // Its days are never short; it numbers nothing.
  statistics: [],
};

const kinds = CATALOGUE.documents.map(({ kind }) => kind).sort();

const kindOf = (name: string) => name.split('/')[0] ?? '';

function restore(kind: string, value: object, name = kind, heads: [string, number][] = [[ACCOUNT, HEAD]]): unknown {
  const key: RawKey = { anchor: ACCOUNT, name };
  const context: RestoreContext = { now: NOW, heads: new Map(heads) };
  const document = CATALOGUE.documentOf(key);
  // A backup with a document of an unknown kind is refused as a whole.
  if (!document) throw new Error(`no document ${kind}`);
  return document.restore(deepFrozen(value), context, key);
}

describe('SR-62: every kind of document', () => {
  test('has an entry in this table, and no other kind has', () => {
    expect(Object.keys(FATES).sort()).toEqual(kinds);
  });

  test.each(Object.entries(FATES))('%s', (kind, fate) => {
    const anything = { id: 'x', secret: 'sealed', used: false };
    if (fate === 'kept') return expect(restore(kind, anything)).toBe(anything);
    if (fate === 'dropped') return expect(restore(kind, anything)).toBeUndefined();
    for (const [stored, restored, name] of fate) expect(restore(kind, stored, name)).toEqual(restored);
  });

  test.each(['ledger', 'ledger-reference', 'segment'])(
    '%s: nothing without a document that counts the series',
    (kind) => {
      expect(restore(kind, { number: 1, entry: 1 }, `${kind}/1`, [])).toBeUndefined();
    },
  );

  test.each(kinds)('%s is read first if it counts a series, and no other', (kind) => {
    const heads = new Map<string, number>();
    // A value with every field that a rule reads.
    const value = { number: HEAD, entry: HEAD, balance: { entries: HEAD }, factor: { kind: 'email' } };
    const key = { anchor: ACCOUNT, name: kind };
    CATALOGUE.documentOf(key)?.restore(value, { now: NOW, heads }, key);
    expect([...heads]).toEqual(COUNTING[kind] ?? []);
    expect(CATALOGUE.documentOf(key)?.isHead).toBe(kind in COUNTING);
  });

  test('an account that never had a balance counts no entry', () => {
    const heads = new Map<string, number>();
    const key = accountDocument.key(ACCOUNT);
    CATALOGUE.documentOf(key)?.restore({}, { now: NOW, heads }, key);
    expect([...heads]).toEqual([[ACCOUNT, 0]]);
  });
});

/** Entries of indexes: all return, none does, or only those of returned documents. */
const ENTRIES: Record<string, 'kept' | 'dropped' | readonly (readonly [id: string, isKept: boolean])[]> = {
  accounts: 'kept',
  administrators: 'kept',
  'api-keys': 'kept',
  archive: 'dropped',
  consumer: 'kept',
  erasures: 'kept',
  // Segment, in base 36.
  events: [
    [HEAD.toString(36), true],
    [(HEAD + 1).toString(36), false],
    // Of no segment, so it cannot be ahead.
    ['-', true],
  ],
  feed: 'dropped',
  filters: 'kept',
  ledger: [
    [String(HEAD), true],
    [String(HEAD + 1), false],
  ],
  // Derived from the accounts.
  plans: 'dropped',
  'protectimus-keys': 'kept',
  resources: 'kept',
  tokens: 'kept',
  users: 'kept',
  'webhook-deliveries': 'dropped',
  webhooks: 'kept',
};

describe('SR-62: every index', () => {
  const names = CATALOGUE.indexes.flatMap((one) =>
    one.names.map((make) => (make as (...all: string[]) => string)(ACCOUNT, 'x')),
  );

  test('has an entry in this table, and no other index has', () => {
    expect(Object.keys(ENTRIES).sort()).toEqual([...new Set(names.map((name) => kindOf(name)))].sort());
  });

  test.each(names)('%s', (index) => {
    const heads = new Map([
      [ACCOUNT, HEAD],
      [`audit/${ACCOUNT}`, HEAD],
    ]);
    const fate = ENTRIES[kindOf(index)] ?? [];
    const cases = typeof fate === 'string' ? [['x', fate === 'kept'] as const] : fate;
    for (const [id, isKept] of cases) expect(CATALOGUE.keepsEntry(index, id, { now: NOW, heads })).toBe(isKept);
  });
});

describe('the catalogue', () => {
  test('SR-62: contains every document and index that a feature declares', async () => {
    const server = join(import.meta.dirname, '../..');
    const paths = readdirSync(server, { encoding: 'utf8', recursive: true }).filter((path) =>
      /[/]documents[.]ts$/.test(path),
    );
    const modules = await Promise.all(paths.map((path) => import(join(server, path))));
    const declared = modules.flatMap((one) => Object.values<object>(one));
    const documents = declared.filter((one) => 'restore' in one);
    const indexes = declared.flatMap((one) => ('definition' in one ? [one.definition] : []));
    expect(new Set(documents)).toEqual(new Set(CATALOGUE.documents));
    expect(new Set(indexes)).toEqual(new Set(CATALOGUE.indexes));
  });

  test('SR-22: contains the location of each kind of secret', () => {
    const holders: Record<SecretContext['kind'], string[]> = {
      token: ['administrator-flow', 'enrolment', 'flow', 'token'],
      'signing-key': ['signing-keys'],
      idempotency: ['idempotency'],
      webhook: ['webhooks'],
      hook: ['hook'],
      'mac-key': ['mac-key'],
      'api-key': ['api-key'],
    };
    const withSecrets = CATALOGUE.documents.filter(({ secretFields }) => secretFields !== undefined);
    expect(withSecrets.map(({ kind }) => kind).sort()).toEqual(Object.values(holders).flat().sort());
  });

  test('contains the anchor of every index entry', () => {
    for (const { kind } of CATALOGUE.indexes) {
      expect(CATALOGUE.anchorOfEntry(`${kind}/${ACCOUNT}`, { sort: 's', id: 'dlv_1_2_x' })).toBeTypeOf('string');
    }
    expect(CATALOGUE.anchorOfEntry('unknown/x', { sort: 's', id: 'x' })).toBeUndefined();
  });
});

function deepFrozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFrozen(inner);
  return Object.freeze(value);
}
