import { describe, expect, test } from 'vitest';
import { EVENT_TYPES, type EventType } from '../../../kernel/event.ts';
import { isWithdrawing, WITHDRAWING_EVENTS, withdrawalsBy } from './withdrawing-events.ts';

// SR-62. The attack: an access was withdrawn in a way that the restore does not know, and returns with every backup.

/** Every type of event that reports a withdrawal. No other type does. */
const WITHDRAWING: Partial<Record<EventType, string>> = {
  'account.passkeys-required': 'review',
  'administrator.password-reset': 'replace-password',
  'administrator.removed': 'delete',
  'administrator.updated': 'by field',
  'api-key.deleted': 'delete',
  'api-key.rotated': 'disable',
  'api-key.updated': 'by field',
  'assignment.deleted': 'unassign',
  'filter.updated': 'by field',
  'resource.deleted': 'delete',
  'resource.updated': 'by field',
  'superuser.transferred': 'hand-over',
  'token.deleted': 'delete',
  'token.updated': 'by field',
  'user.deleted': 'delete',
  'user.erased': 'erase',
  'user.environments-forgotten': 'forget-browsers',
  'user.password-reset': 'replace-password',
  'user.sign-in-reported': 'by field',
  'user.updated': 'by field',
  'webhook.deleted': 'delete',
  'webhook.disabled': 'disable',
  'webhook.rotated': 'review',
  'webhook.updated': 'by field',
};
/** Types whose names express a grant or a withdrawal. */
const ENDINGS = /\.(deleted|removed|updated|disabled|rotated|forgotten|erased|transferred|password-reset)$/;
/** Types that report a grant, or that events are missing. */
const TOLD: readonly EventType[] = ['assignment.created', 'events.lost'];
const OTHERS: readonly EventType[] = ['account.updated', 'filter.deleted'];

describe('SR-62: every type of event', () => {
  test('has an entry in the table, and no other type has', () => {
    expect(Object.keys(WITHDRAWING_EVENTS).sort()).toEqual([...EVENT_TYPES].sort());
  });

  test.each(EVENT_TYPES)('%s', (type) => {
    const fate = WITHDRAWING_EVENTS[type];
    expect(typeof fate === 'string' ? fate : 'by field').toBe(WITHDRAWING[type] ?? 'none');
    expect(isWithdrawing(type)).toBe(type in WITHDRAWING || TOLD.includes(type));
  });

  test('with a name for an end or a change is a withdrawal, with two exceptions', () => {
    const named = EVENT_TYPES.filter((type) => ENDINGS.test(type) && !OTHERS.includes(type));
    expect(named.filter((type) => !(type in WITHDRAWING))).toEqual([]);
  });
});

describe('the withdrawals of an event', () => {
  const of = (type: EventType, ...changed: string[]) => withdrawalsBy({ type, changed }).map((one) => one.withdrawal);

  test('follow from the fields that it names', () => {
    expect(of('user.updated', 'blocked', 'firstName', 'passwordHash')).toEqual(['block', 'replace-password']);
    expect(of('token.updated', 'name')).toEqual([]);
    expect(of('token.updated')).toEqual([]);
  });

  test('are for review if the table does not know the field, or the type', () => {
    expect(withdrawalsBy({ type: 'user.updated', changed: ['novelty', 'toString'] })).toEqual([
      { withdrawal: 'review', because: 'novelty' },
      { withdrawal: 'review', because: 'toString' },
    ]);
    expect(withdrawalsBy({ type: 'novelty.made' as EventType })).toEqual([
      { withdrawal: 'review', because: 'novelty.made' },
    ]);
    expect(isWithdrawing('novelty.made' as EventType)).toBe(true);
  });

  test('include no lock if a token was unlocked', () => {
    expect(of('token.updated', 'lock')).toEqual(['lock']);
    expect(of('token.updated', 'failures', 'lock')).toEqual([]);
    expect(of('token.updated', 'lock', 'resyncFailures')).toEqual([]);
  });
});
