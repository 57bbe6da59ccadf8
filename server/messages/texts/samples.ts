import type { Mail, MailLanguage, NoticeChange } from '../../kernel/mail.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../kernel/time.ts';

/** Values for a preview, by the names of the variables. */
export const SAMPLE_VALUES: Readonly<Record<string, string | number>> = {
  action: 'Remove',
  code: '492817',
  count: 3,
  date: '24 March',
  days: 30,
  destination: '•••42',
  email: 'ada@shop.example',
  min: 15,
  minutes: 5,
  name: 'Reiner SCT',
  seconds: 30,
  site: 'Harbour Shop',
  token: 'Ada’s phone',
};

const CHANGES = [
  'password',
  'email',
  'pin',
  'token-added',
  'token-removed',
  'passkey-added',
  'passkey-removed',
  'token-unlocked',
  'device-lost',
  'recovered',
  'recovery-code-used',
  'recovery-codes',
  'superuser',
  'passkeys-required',
  'passkeys-optional',
  'new-sign-in',
] as const satisfies readonly NoticeChange[];

/** Those that are about one token. */
const NAMED: ReadonlySet<NoticeChange> = new Set([
  'pin',
  'token-added',
  'token-removed',
  'passkey-added',
  'passkey-removed',
]);

/** A mail of each kind, about this site; together they have every text. */
export function sampleMails(language: MailLanguage, site: string, now: number): Mail[] {
  const about = { to: 'ada@shop.example', language };
  const [account, login, code] = ['Harbour Shop', 'ada', '492817'];
  const path = '/sample#usr_00000000000';
  const confirms = [{ label: 'Amount', value: '120.00 EUR' }];
  const balance = { account, balance: 1200, nextDebit: 4900, currency: 'EUR', dueAt: now + 7 * DAY_MS };
  return [
    { ...about, kind: 'sign-in-code', facts: { code, site, lifetimeMs: 5 * MINUTE_MS } },
    { ...about, kind: 'sign-in-code', facts: { code: '49281770', site, lifetimeMs: 5 * MINUTE_MS, isFirst: true } },
    { ...about, kind: 'transaction-code', facts: { code, site, lifetimeMs: 5 * MINUTE_MS, confirms } },
    { ...about, kind: 'confirmation-code', facts: { code, lifetimeMs: 15 * MINUTE_MS } },
    { ...about, kind: 'password-reset', facts: { login, path, lifetimeMs: 30 * MINUTE_MS } },
    { ...about, kind: 'enrolment-link', facts: { login, site, path, lifetimeMs: 7 * DAY_MS } },
    { ...about, kind: 'enrolment-link', facts: { login, site, path, lifetimeMs: 12 * HOUR_MS } },
    { ...about, kind: 'unlock-link', facts: { login, path, lifetimeMs: 30 * MINUTE_MS } },
    {
      ...about,
      kind: 'new-sign-in',
      facts: { login, site, at: now, address: '198.51.100.7', path, lifetimeMs: DAY_MS },
    },
    { ...about, kind: 'sign-in-reported', facts: { login, site } },
    ...CHANGES.flatMap((change): Mail[] => [
      { ...about, kind: 'security-notice', facts: { change, site, at: now, address: '198.51.100.7' } },
      {
        ...about,
        kind: 'security-notice',
        facts: { change, site, at: now, ...(NAMED.has(change) && { tokenName: 'Ada’s phone' }) },
      },
    ]),
    { ...about, kind: 'administrator-invitation', facts: { account, inviter: 'Mira', path, expiresAt: now + DAY_MS } },
    { ...about, kind: 'administrator-invitation', facts: { account, path, expiresAt: now + DAY_MS } },
    { ...about, kind: 'low-balance', facts: balance },
    { ...about, kind: 'test-message', facts: {} },
  ];
}
