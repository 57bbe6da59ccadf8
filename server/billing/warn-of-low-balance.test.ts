import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAccount } from '../accounts/create-account.ts';
import { accountDocument } from '../accounts/documents.ts';
import type { AccountId } from '../kernel/ids.ts';
import { addActive } from '../testing/administrators.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { unwrap } from '../testing/fixtures.ts';
import { openTestPorts, START, type TestPorts } from '../testing/test-ports.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { chargeDuePlans } from './charge-due-plans.ts';
import { choosePlan } from './choose-plan.ts';
import type { PlanCatalogue } from './plans.ts';
import { type NewEntry, postEntry } from './post-entry.ts';

const PLANS: PlanCatalogue = { currency: 'EUR', plans: [{ name: 'Small', monthlyFee: 1_000, quotas: {} }] };
const MONTH = 31 * 86_400_000;

let ports: TestPorts;
let account: AccountId;
beforeEach(async () => {
  ports = await openTestPorts('low balance');
  account = unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
  await addActive(ports, account, { email: 'su@acme.example', superuser: true });
  await addActive(ports, account, { email: 'ad@acme.example' });
});
afterEach(() => ports.close());

const book = (kind: NewEntry['kind'], amount: number, reference: string, over = ports) => {
  const reason = kind === 'credit' ? 'payment' : 'correction';
  return postEntry(over, operatorContext(account), PLANS, { kind, amount, currency: 'EUR', reference, reason });
};
/** Mails are sent beside the change: waits for this many, and expects no more. */
async function warnings(count: number) {
  const sent = () => ports.courier.sent.filter(({ kind }) => kind === 'low-balance');
  await waitUntil('the warnings are sent', () => sent().length >= count);
  for (let turn = 0; turn < 20; turn++) await ports.store.getMany([accountDocument.key(account)], 0);
  expect(sent()).toHaveLength(count);
  return sent();
}

test('the superuser gets one mail when the balance no longer covers the next fee', async () => {
  unwrap(await book('credit', 2_500, 'first'));
  unwrap(await choosePlan(ports, operatorContext(account), PLANS, 'Small'));
  await warnings(0);
  ports.clock.advance(MONTH);
  await Promise.all([chargeDuePlans(ports, PLANS), chargeDuePlans(ports.replica(), PLANS)]);
  const facts = { account: 'Acme', balance: 500, nextDebit: 1_000, currency: 'EUR', dueAt: expect.any(Number) };
  const [mail] = await warnings(1);
  expect(mail).toEqual({ kind: 'low-balance', to: 'su@acme.example', language: 'en', facts });
  expect(mail?.kind === 'low-balance' && mail.facts.dueAt).toBeGreaterThan(START + MONTH);
  unwrap(await book('debit', 100, 'taken back'));
  await warnings(1);
  unwrap(await book('credit', 600, 'covers'));
  unwrap(await book('debit', 1, 'too little again'));
  await warnings(2);
});

test('a plan whose first month leaves too little for the second warns at once, once per choice', async () => {
  unwrap(await book('credit', 1_500, 'first'));
  await Promise.all([ports, ports.replica()].map((over) => choosePlan(over, operatorContext(account), PLANS, 'Small')));
  await warnings(1);
});

test('a failed mail, or a missing superuser, does not affect the posting', async () => {
  unwrap(await book('credit', 1_500, 'first'));
  ports.courier.down = true;
  unwrap(await choosePlan(ports, operatorContext(account), PLANS, 'Small'));
  const other = unwrap(await createAccount(ports, { name: 'Without' })).account.id;
  const entry = { kind: 'credit', amount: 1_500, currency: 'EUR', reference: 'x', reason: 'payment' } as const;
  unwrap(await postEntry(ports, operatorContext(other), PLANS, entry));
  ports.courier.down = false;
  unwrap(await choosePlan(ports, operatorContext(other), PLANS, 'Small'));
  await warnings(0);
});

test('a warning that cannot be sent is reported, and the change stands', async () => {
  unwrap(await book('credit', 1_500, 'first'));
  ports.courier.down = true;
  unwrap(await choosePlan(ports, operatorContext(account), PLANS, 'Small'));
  await waitUntil('the failure is reported', () => ports.faults.length > 0);
  expect(ports.faults).toMatchObject([{ part: 'the warning of a low balance' }]);
});
