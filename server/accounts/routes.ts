import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import { showOne } from '../http/api/describe-object.ts';
import { instant, instantQuery, label, orderedPageQuery, pageOf } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { changeHeaders, seenOf, tagged } from '../http/api/version.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import type { Account } from './account.ts';
import { choosePlan } from './plans/choose-plan.ts';
import type { LedgerEntry } from './plans/ledger-entry.ts';
import { paidUntil } from './plans/plan-changes.ts';
import type { PlanCatalogue, QuotaKind } from './plans/plans.ts';
import { listLedger, listPlans, readAccount, readBalance, readPlan } from './plans/read-plan.ts';
import { updateAccount } from './update-account.ts';

const amount = z.int().openapi({ description: 'In minor units of the currency, such as cents.' });
const currency = z.string().openapi({ description: 'ISO 4217.', example: 'EUR' });
const quotas = z
  .object({ users: z.int(), resources: z.int(), filters: z.int(), administrators: z.int() })
  .partial()
  .openapi('Quotas', { description: 'At most so many of each; what is absent is not limited.' });
const account = z
  .object({
    id: z.string().openapi({ example: 'acc_01k8dq9z2mp' }),
    name: z.string(),
    plan: z.object({ name: z.string(), active: z.boolean() }),
    createdAt: instant,
  })
  .openapi('Account');
const changes = z
  .strictObject({ name: label(100) })
  .partial()
  .openapi('AccountChanges');
const planName = z.string().min(1).max(50).openapi({ example: 'Standard' });
const offered = z.object({ name: planName, monthlyFee: amount, quotas }).openapi('OfferedPlan');
const plan = z
  .object({
    name: z.string(),
    active: z.boolean().openapi({ description: 'Without an active plan nobody signs in; administration goes on.' }),
    quotas,
    usage: quotas.openapi({ description: 'How much is in use of what is limited.' }),
    monthlyFee: amount,
    paidUntil: instant.optional(),
    lapsedAt: instant.optional().openapi({ description: 'When the balance did not cover the fee.' }),
  })
  .openapi('Plan');
const balance = z.object({ amount, currency }).openapi('Balance');
const entry = z
  .object({
    number: z.int().openapi({ description: 'From 1, without gaps.' }),
    kind: z.enum(['credit', 'debit']),
    amount,
    currency,
    reason: z.enum(['payment', 'correction', 'fee', 'refund']),
    plan: z.string().optional(),
    reference: z.string().optional(),
    balance: amount.openapi({ description: 'What the account had afterwards.' }),
    at: instant,
  })
  .openapi('LedgerEntry');

function presentAccount({ id, name, plan, createdAt }: Account): z.input<typeof account> {
  return { id, name, plan: { name: plan.name, active: plan.active }, createdAt };
}

function presentPlan({ plan: own }: Account, usage: { [K in QuotaKind]?: number }): z.input<typeof plan> {
  const until = paidUntil(own);
  return {
    name: own.name,
    active: own.active,
    quotas: own.quotas ?? {},
    usage,
    monthlyFee: own.term?.fee ?? 0,
    ...(until !== undefined && { paidUntil: until }),
    ...(own.lapsedAt !== undefined && { lapsedAt: own.lapsedAt }),
  };
}

function presentEntry({ account: _account, by: _by, ...shown }: LedgerEntry): z.input<typeof entry> {
  return shown;
}

const tags = ['Account'];
const read = createRoute({
  method: 'get',
  path: '/account',
  tags,
  summary: 'Read the account',
  security: [{ apiKey: ['read'] }],
  responses: { 200: { ...jsonAnswer('The account of the key.', account), ...tagged }, ...refusals },
});
const update = createRoute({
  method: 'patch',
  path: '/account',
  tags,
  summary: 'Rename the account',
  security: [{ apiKey: ['administer'] }],
  request: { headers: changeHeaders, ...jsonBody(changes) },
  responses: { 200: { ...jsonAnswer('The account.', account), ...tagged }, ...refusals },
});
const readOwnPlan = createRoute({
  method: 'get',
  path: '/plan',
  tags,
  summary: 'Read the service plan',
  security: [{ apiKey: ['administer'] }],
  responses: { 200: jsonAnswer('The plan and what is in use of it.', plan), ...refusals },
});
const choose = createRoute({
  method: 'post',
  path: '/plan',
  tags,
  summary: 'Activate a plan, or change to another',
  description:
    'The first month is paid for at once; what is left of a month that was paid for comes back first. Refused with QUOTA_EXCEEDED while there is more than the plan allows, and with BALANCE_INSUFFICIENT. Choosing the active plan again changes nothing.',
  security: [{ apiKey: ['administer'] }],
  request: jsonBody(z.strictObject({ name: planName }).openapi('PlanChoice')),
  responses: { 200: jsonAnswer('The plan.', plan), ...refusals },
});
const offer = createRoute({
  method: 'get',
  path: '/plans',
  tags,
  summary: 'List the plans on offer',
  security: [{ apiKey: ['administer'] }],
  responses: { 200: jsonAnswer('All of them.', z.object({ currency, items: z.array(offered) })), ...refusals },
});
const readOwnBalance = createRoute({
  method: 'get',
  path: '/balance',
  tags,
  summary: 'Read the balance',
  security: [{ apiKey: ['read'] }],
  responses: { 200: jsonAnswer('What the account has.', balance), ...refusals },
});
const ledger = createRoute({
  method: 'get',
  path: '/ledger',
  tags,
  summary: 'List credits and debits, newest first',
  security: [{ apiKey: ['read'] }],
  request: {
    query: orderedPageQuery.extend({
      kind: entry.shape.kind.optional(),
      reason: entry.shape.reason.optional(),
      from: instantQuery,
      to: instantQuery,
    }),
  },
  responses: { 200: jsonAnswer('A page.', pageOf(entry)), ...refusals },
});

/** The account itself, its plan, and its money. */
export function accounts(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>, catalogue: PlanCatalogue) {
  const app = apiRouter();
  app.on(['GET'], ['/account', '/balance', '/ledger'], authorize(ports, 'read'));
  app.on(['PATCH'], ['/account'], authorize(ports, 'administer'));
  app.on(['GET'], ['/plan', '/plans'], authorize(ports, 'administer'));
  app.on(['POST'], ['/plan'], authorize(ports, 'administer'));
  app.openapi(read, async (c) => {
    const verdict = await readAccount(ports, c.get('act'));
    return showOne(c, isRefusal(verdict) ? verdict : { object: verdict.account }, presentAccount);
  });
  app.openapi(update, async (c) => {
    const verdict = await updateAccount(ports, c.get('act'), c.req.valid('json'), seenOf(c));
    return showOne(c, isRefusal(verdict) ? verdict : { object: verdict.account }, presentAccount);
  });
  app.openapi(readOwnPlan, async (c) => {
    const verdict = await readPlan(ports, c.get('act'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(presentPlan(verdict.account, verdict.usage), 200);
  });
  app.openapi(choose, async (c) => {
    const chosen = await choosePlan(ports, c.get('act'), catalogue, c.req.valid('json').name);
    if (isRefusal(chosen)) return refuseResult(c, chosen);
    const verdict = await readPlan(ports, c.get('act'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(presentPlan(verdict.account, verdict.usage), 200);
  });
  app.openapi(offer, (c) => {
    const verdict = listPlans(c.get('act'), catalogue);
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const items = verdict.catalogue.plans.map((one) => ({ ...one, quotas: { ...one.quotas } }));
    return c.json({ currency: verdict.catalogue.currency, items }, 200);
  });
  app.openapi(readOwnBalance, async (c) => {
    const verdict = await readBalance(ports, c.get('act'), catalogue);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  });
  app.openapi(ledger, async (c) => {
    const page = await listLedger(ports, c.get('act'), c.req.valid('query'));
    return isRefusal(page) ? refuseResult(c, page) : c.json({ ...page, items: page.items.map(presentEntry) }, 200);
  });
  return app;
}
