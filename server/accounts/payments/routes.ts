import { Hono } from 'hono';
import { z } from 'zod';
import { refuseInvalid, refuseResult } from '../../http/api/router.ts';
import { clientInfo } from '../../http/client-info.ts';
import type { AppEnv } from '../../http/context.ts';
import { refuse } from '../../http/problem.ts';
import { type AccountId, parseId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import { MAX_AMOUNT } from '../plans/ledger-entry.ts';
import type { PlanCatalogue } from '../plans/plans.ts';
import { postEntry } from '../plans/post-entry.ts';
import { isSigned } from './signature.ts';

const payment = z.strictObject({
  account: z.custom<AccountId>((text) => parseId('acc', text) !== undefined, 'an id such as acc_01k8dq9z2mp'),
  amount: z.int().min(1).max(MAX_AMOUNT),
  currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters'),
  reference: z.string().regex(/^[\x21-\x7e]{1,200}$/, '1 to 200 visible ASCII characters'),
});

/**
 * Where the operator's payment service says that an account has paid. Let in by a signature and nothing else; a message
 * that is repeated, by the sender or by somebody who kept it, credits nothing twice.
 */
export function payments(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>,
  { secret, plans }: { secret: Uint8Array; plans: PlanCatalogue },
) {
  const app = new Hono<AppEnv>();
  app.post('/', async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer());
    const headers = {
      id: c.req.header('webhook-id'),
      timestamp: c.req.header('webhook-timestamp'),
      signature: c.req.header('webhook-signature'),
    };
    if (!isSigned(secret, headers, body, ports.clock.now())) return refuse(c, 'SIGNATURE_INVALID');
    const read = payment.safeParse(await c.req.json());
    if (!read.success) return refuseInvalid(c, read.error);
    const { account, ...input } = read.data;
    const act = { actor: { kind: 'service' as const, account }, ...clientInfo(c) };
    const verdict = await postEntry(ports, act, plans, { ...input, kind: 'credit', reason: 'payment' });
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const { number, balance } = verdict.entry;
    return c.json({ entry: number, balance }, 200);
  });
  return app;
}
