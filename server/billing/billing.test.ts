import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Account } from '../accounts/account.ts';
import { createAccount } from '../accounts/create-account.ts';
import { accountDocument } from '../accounts/documents.ts';
import type { Actor } from '../kernel/actor.ts';
import type { AccountEvent } from '../kernel/event.ts';
import type { AccountId } from '../kernel/ids.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { read, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, START, type TestPorts } from '../testing/test-ports.ts';
import { chargeDuePlans, refreshPlans } from './charge-due-plans.ts';
import { choosePlan } from './choose-plan.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { PlanCatalogue } from './plans.ts';
import { postEntry } from './post-entry.ts';
import { listLedger, listPlans, readBalance, readPlan } from './read-plan.ts';

const PLANS: PlanCatalogue = {
  currency: 'EUR',
  plans: [
    { name: 'Free', monthlyFee: 0, quotas: {} },
    { name: 'Small', monthlyFee: 1_000, quotas: { users: 3 } },
    { name: 'Large', monthlyFee: 2_500, quotas: {} },
  ],
};
const DAY = 86_400_000;

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('money');
});
afterAll(() => ports.close());

const newAccount = async () => unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
const credit = (account: AccountId, amount: number, reference: string, over = ports, currency = 'EUR') =>
  postEntry(over, operatorContext(account), PLANS, { kind: 'credit', amount, currency, reference, reason: 'payment' });

async function ledgerOf(account: AccountId): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  let after: string | undefined;
  do {
    const page = unwrap(await listLedger(ports, operatorContext(account), { limit: 7, after }));
    entries.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return entries.reverse();
}

async function eventsOf(account: AccountId): Promise<string[]> {
  const events = await ports.store.readEvents(0, 0, 100_000);
  return events
    .map(({ event }) => event as unknown as AccountEvent)
    .filter((one) => one.account === account)
    .map(({ type }) => type);
}

describe('a credit', () => {
  test('that arrives many times at once, over two processes, is posted once', async () => {
    const account = await newAccount();
    const other = ports.replica();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => credit(account, 500, 'invoice-1', n % 2 === 0 ? ports : other)),
    );
    for (const answer of answers) expect(unwrap(answer).entry.number).toBe(1);
    expect(await ledgerOf(account)).toMatchObject([{ number: 1, kind: 'credit', amount: 500, balance: 500 }]);
    expect(await eventsOf(account)).toEqual(['account.created', 'balance.credited']);
  });

  test('under a reference that belongs to another posting is refused', async () => {
    const account = await newAccount();
    unwrap(await credit(account, 500, 'invoice-1'));
    expect(await credit(account, 501, 'invoice-1')).toMatchObject({ refused: 'REFERENCE_REUSED' });
  });

  test('in another currency, of zero, or of more than sums can hold is refused', async () => {
    const account = await newAccount();
    expect(await credit(account, 500, 'a', ports, 'USD')).toMatchObject({ refused: 'CURRENCY_MISMATCH' });
    for (const amount of [0, -1, 0.5, Number.NaN, 1e13]) {
      expect(await credit(account, amount, 'b')).toMatchObject({ refused: 'INPUT_INVALID' });
    }
    expect(await ledgerOf(account)).toEqual([]);
  });

  test('is for the operator and the payment service alone', async () => {
    const account = await newAccount();
    const actors: Actor[] = [
      { kind: 'api-key', account, id: 'key_00000000001', scopes: ['administer', 'write'] },
      { kind: 'administrator', account, id: 'adm_00000000001', role: 'superuser', resources: [] },
      { kind: 'user', account },
    ];
    const input = { kind: 'credit', amount: 1, currency: 'EUR', reference: 'x', reason: 'payment' } as const;
    for (const actor of actors) {
      expect(await postEntry(ports, { actor }, PLANS, input)).toMatchObject({ refused: 'FORBIDDEN' });
    }
    expect(unwrap(await postEntry(ports, { actor: { kind: 'service', account } }, PLANS, input)).entry.balance).toBe(1);
  });
});

test('an administrator sees only the balance and its history', async () => {
  const account = await newAccount();
  const act = {
    actor: { kind: 'administrator', account, id: 'adm_00000000001', role: 'administrator', resources: [] },
  } as const;
  unwrap(await credit(account, 700, 'a'));
  expect(await readBalance(ports, act, PLANS)).toEqual({ amount: 700, currency: 'EUR' });
  expect(unwrap(await listLedger(ports, act, { limit: 10 })).items).toHaveLength(1);
  expect(await readPlan(ports, act)).toMatchObject({ refused: 'FORBIDDEN' });
  expect(listPlans(act, PLANS)).toMatchObject({ refused: 'FORBIDDEN' });
  expect(await choosePlan(ports, act, PLANS, 'Large')).toMatchObject({ refused: 'FORBIDDEN' });
});

describe('the monthly fee', () => {
  test('is charged once, however many processes charge at the same moment', async () => {
    const account = await newAccount();
    unwrap(await credit(account, 10_000, 'a'));
    unwrap(await choosePlan(ports, operatorContext(account), PLANS, 'Large'));
    const other = ports.replica();
    ports.clock.at = START + 32 * DAY;
    await Promise.all([chargeDuePlans(ports, PLANS), chargeDuePlans(other, PLANS), chargeDuePlans(ports, PLANS)]);
    expect((await read(ports, accountDocument.key(account))).balance).toMatchObject({ amount: 5_000, entries: 3 });
    expect(await chargeDuePlans(ports, PLANS)).toBe(0);
  });

  test('that is not covered ends the plan, and a credit reactivates it', async () => {
    const account = await newAccount();
    unwrap(await credit(account, 3_000, 'a'));
    unwrap(await choosePlan(ports, operatorContext(account), PLANS, 'Large'));
    ports.clock.advance(32 * DAY);
    await chargeDuePlans(ports, PLANS);
    expect((await read(ports, accountDocument.key(account))).plan.active).toBe(false);
    unwrap(await credit(account, 2_000, 'b'));
    expect((await read(ports, accountDocument.key(account))).plan.active).toBe(true);
    expect(await eventsOf(account)).toEqual([
      'account.created',
      'balance.credited',
      'plan.changed',
      'balance.debited',
      'balance.low',
      'plan.lapsed',
      'balance.credited',
      'plan.activated',
      'balance.debited',
      'balance.low',
    ]);
  });

  test('follows the plan’s new price from the next month on', async () => {
    const account = await newAccount();
    unwrap(await credit(account, 10_000, 'a'));
    unwrap(await choosePlan(ports, operatorContext(account), PLANS, 'Large'));
    await refreshPlans(ports, PLANS);
    expect((await eventsOf(account)).filter((type) => type === 'plan.changed')).toHaveLength(1);
    const dearer = { ...PLANS, plans: [{ name: 'Large', monthlyFee: 3_000, quotas: { users: 2 } }] };
    await refreshPlans(ports, dearer);
    await refreshPlans(ports, dearer);
    expect(unwrap(await readPlan(ports, operatorContext(account)))).toMatchObject({
      account: { balance: { amount: 7_500 }, plan: { quotas: { users: 2 } } },
      usage: { users: 0 },
    });
    ports.clock.advance(32 * DAY);
    await chargeDuePlans(ports, dearer);
    expect((await read(ports, accountDocument.key(account))).balance?.amount).toBe(4_500);
    expect((await eventsOf(account)).filter((type) => type === 'plan.changed')).toHaveLength(2);
  });
});

test('sums are exact and never negative, whatever two processes post at once', async () => {
  const command = fc.oneof(
    fc.record({
      kind: fc.constant('credit' as const),
      amount: fc.integer({ min: 1, max: 4_000 }),
      reference: fc.nat(6),
    }),
    fc.record({
      kind: fc.constant('debit' as const),
      amount: fc.integer({ min: 1, max: 4_000 }),
      reference: fc.nat(6),
    }),
    fc.record({ kind: fc.constant('choose' as const), plan: fc.constantFrom('Free', 'Small', 'Large') }),
    fc.record({ kind: fc.constant('charge' as const), days: fc.integer({ min: 0, max: 45 }) }),
  );
  const batches = fc.array(fc.array(command, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 });
  const replica = ports.replica();
  await fc.assert(
    fc.asyncProperty(batches, async (all) => {
      const account = await newAccount();
      const act = operatorContext(account);
      for (const batch of all) {
        for (const one of batch) if (one.kind === 'charge') ports.clock.advance(one.days * DAY);
        await Promise.all(
          batch.map((one, at) => {
            const over = at % 2 === 0 ? ports : replica;
            if (one.kind === 'choose') return choosePlan(over, act, PLANS, one.plan);
            if (one.kind === 'charge') return chargeDuePlans(over, PLANS);
            const reference = `${one.kind}-${one.reference}`;
            return postEntry(over, act, PLANS, {
              kind: one.kind,
              amount: one.amount,
              currency: 'EUR',
              reference,
              reason: 'correction',
            });
          }),
        );
      }
      const { balance, plan } = await read<Account>(ports, accountDocument.key(account));
      const entries = await ledgerOf(account);
      let sum = 0;
      entries.forEach((entry, at) => {
        sum += entry.kind === 'credit' ? entry.amount : -entry.amount;
        expect(entry).toMatchObject({ number: at + 1, balance: sum });
        expect(sum).toBeGreaterThanOrEqual(0);
      });
      expect(balance?.amount ?? 0).toBe(sum);
      expect(balance?.entries ?? 0).toBe(entries.length);
      const references = entries.flatMap(({ reference }) => reference ?? []);
      expect(new Set(references).size).toBe(references.length);
      expect(plan.active).toBe(plan.lapsedAt === undefined);
    }),
    { numRuns: 25 },
  );
}, 60_000);
