import { z } from 'zod';
import { accountId } from '../http/api/fields.ts';
import { internalRoute } from '../http/api/route.ts';
import { refuseResult } from '../http/api/router.ts';
import { clientInfo } from '../http/client-info.ts';
import { isRefusal } from '../kernel/result.ts';
import { MAX_AMOUNT } from './ledger-entry.ts';
import type { PlanCatalogue } from './plans.ts';
import { postEntry } from './post-entry.ts';
import type { BillingPorts } from './warn-of-low-balance.ts';

/** The operator's payment service reports here that an account has paid. */
export const paymentRoutes = [
  internalRoute({
    method: 'post',
    path: '/payments',
    scope: 'payments',
    body: z.strictObject({
      account: accountId,
      amount: z.int().min(1).max(MAX_AMOUNT),
      currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters'),
      reference: z.string().regex(/^[\x21-\x7e]{1,200}$/, '1 to 200 visible ASCII characters'),
    }),
    handle: async (c, ports: BillingPorts & { plans: PlanCatalogue }, { account, ...input }) => {
      const act = { actor: { kind: 'service' as const, account }, ...clientInfo(c) };
      const verdict = await postEntry(ports, act, ports.plans, { ...input, kind: 'credit', reason: 'payment' });
      if (isRefusal(verdict)) return refuseResult(c, verdict);
      const { number, balance } = verdict.entry;
      return c.json({ entry: number, balance }, 200);
    },
  }),
];
