import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { QuotaKind } from '@countersign/protocol/plans';
import { LEDGER_REASONS } from '@countersign/protocol/plans';
import { z } from '@hono/zod-openapi';
import type { Account } from '../accounts/account.ts';
import { planName } from '../accounts/routes.ts';
import { count, instantOf, instantQuery, orderedPageQuery, pageOf } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { isRefusal } from '../kernel/result.ts';
import { choosePlan } from './choose-plan.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { paidUntil } from './plan-changes.ts';
import type { PlanCatalogue } from './plans.ts';
import { listLedger, listPlans, readBalance, readPlan } from './read-plan.ts';
import type { BillingPorts } from './warn-of-low-balance.ts';

const amount = z
  .int()
  .openapi({ description: 'An amount in minor units of the currency, such as cents.', example: 1900 });

const currency = z.string().openapi({ description: 'ISO 4217.', example: 'EUR' });

const quotas = z
  .object({
    users: count('Users.', 1000),
    resources: count('Resources.', 5),
    filters: count('Filters.', 10),
    administrators: count('Administrators.', 5),
  })
  .partial()
  .openapi('Quotas', { description: 'A number for each kind of object. A missing one is not limited.' });

const offered = z
  .object({ name: planName, monthlyFee: amount, quotas })
  .openapi('OfferedPlan', { description: 'A service plan on offer.' });

const plan = z
  .object({
    name: planName,
    active: z.boolean().openapi({ description: 'Without an active plan no user can sign in.' }),
    quotas,
    usage: quotas.openapi({ description: 'How much of each quota is in use.' }),
    monthlyFee: amount,
    paidUntil: instantOf('The end of the month that is paid for.').optional(),
    lapsedAt: instantOf('When the balance did not cover the fee.').optional(),
  })
  .openapi('Plan', { description: 'The service plan of the account.' });

const balance = z.object({ amount, currency }).openapi('Balance', { description: 'The balance of the account.' });

const entry = z
  .object({
    number: count('The number of the entry, from 1, without gaps.', 17),
    kind: z.enum(['credit', 'debit']).openapi({ description: 'Whether the balance rose or fell.' }),
    amount,
    currency,
    reason: z.enum(LEDGER_REASONS).openapi({ description: 'What it was for.' }),
    plan: planName.optional(),
    reference: z.string().optional().openapi({ description: 'The reference of the payment.', example: 'order-4711' }),
    balance: amount.openapi({ description: 'The balance afterwards, in minor units of the currency.' }),
    at: instantOf('When it was booked.'),
  })
  .openapi('LedgerEntry', { description: 'A credit or a debit.' });

function presentPlan({ plan: own }: Account, usage: { [K in QuotaKind]?: number }): z.input<typeof plan> {
  const until = paidUntil(own);
  return {
    name: own.name,
    active: own.active,
    quotas: own.quotas ?? {},
    usage,
    monthlyFee: own.term?.fee ?? 0,
    ...omitUndefined({ paidUntil: until, lapsedAt: own.lapsedAt }),
  };
}

function presentEntry({ account: _account, by: _by, ...shown }: LedgerEntry): z.input<typeof entry> {
  return shown;
}

const readOwnPlan = route({
  method: 'get',
  path: '/plan',
  scope: 'administer',
  operationId: 'readPlan',
  tag: 'Account',
  summary: 'Read the service plan',
  responses: { 200: jsonAnswer('The plan and its usage.', plan) },
  handle: async (c, ports: BillingPorts & { plans: PlanCatalogue }) => {
    const verdict = await readPlan(ports, c.get('act'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(presentPlan(verdict.account, verdict.usage), 200);
  },
});

const choose = route({
  method: 'post',
  path: '/plan',
  scope: 'administer',
  operationId: 'choosePlan',
  tag: 'Account',
  summary: 'Activate a plan, or change to another',
  description:
    'The first month is paid at once; the rest of a month that is already paid is refunded first. Refused with QUOTA_EXCEEDED if the account has more than the plan allows, and with BALANCE_INSUFFICIENT. Choosing the active plan again changes nothing.',
  request: jsonBody(z.strictObject({ name: planName }).openapi('PlanChoice', { description: 'The plan to activate.' })),
  responses: { 200: jsonAnswer('The plan.', plan) },
  handle: async (c, ports: BillingPorts & { plans: PlanCatalogue }) => {
    const chosen = await choosePlan(ports, c.get('act'), ports.plans, c.req.valid('json').name);
    if (isRefusal(chosen)) return refuseResult(c, chosen);
    const verdict = await readPlan(ports, c.get('act'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(presentPlan(verdict.account, verdict.usage), 200);
  },
});

const offer = route({
  method: 'get',
  path: '/plans',
  scope: 'administer',
  operationId: 'listPlans',
  tag: 'Account',
  summary: 'List the plans on offer',
  responses: {
    200: jsonAnswer(
      'All of them.',
      z.object({ currency, items: z.array(offered).openapi({ description: 'The plans.' }) }),
    ),
  },
  handle: (c, ports: BillingPorts & { plans: PlanCatalogue }) => {
    const verdict = listPlans(c.get('act'), ports.plans);
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const items = verdict.catalogue.plans.map((one) => ({ ...one, quotas: { ...one.quotas } }));
    return c.json({ currency: verdict.catalogue.currency, items }, 200);
  },
});

const readOwnBalance = route({
  method: 'get',
  path: '/balance',
  scope: 'read',
  operationId: 'readBalance',
  tag: 'Account',
  summary: 'Read the balance',
  responses: { 200: jsonAnswer('The balance.', balance) },
  handle: async (c, ports: BillingPorts & { plans: PlanCatalogue }) => {
    const verdict = await readBalance(ports, c.get('act'), ports.plans);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  },
});

const ledger = route({
  method: 'get',
  path: '/ledger',
  scope: 'read',
  operationId: 'listLedgerEntries',
  tag: 'Account',
  summary: 'List credits and debits, newest first',
  request: {
    query: orderedPageQuery.extend({
      kind: entry.shape.kind.optional(),
      reason: entry.shape.reason.optional(),
      from: instantQuery('Not before this instant, in milliseconds since 1970.'),
      to: instantQuery('Not after this instant, in milliseconds since 1970.'),
    }),
  },
  responses: { 200: jsonAnswer('A page.', pageOf(entry)) },
  handle: async (c, ports: BillingPorts & { plans: PlanCatalogue }) => {
    const page = await listLedger(ports, c.get('act'), c.req.valid('query'));
    return isRefusal(page) ? refuseResult(c, page) : c.json({ ...page, items: page.items.map(presentEntry) }, 200);
  },
});

/** The plan, the balance and the ledger of the account. */
export const billingRoutes = [readOwnPlan, choose, offer, readOwnBalance, ledger];
