import { Hono } from 'hono';
import { z } from 'zod';
import type { Ports } from '../../ports/index.ts';
import { checkLeftovers } from '../../usecases/check-leftovers.ts';
import { createAccount } from '../../usecases/create-account.ts';
import { listAccounts } from '../../usecases/list-accounts.ts';
import { isRefusal } from '../../usecases/verdict.ts';
import { refuseInvalid, refuseVerdict } from '../api/api.ts';
import { label } from '../api/fields.ts';
import { nativeApi } from '../api/native.ts';
import type { AppEnv } from '../context.ts';
import type { Logger } from '../log.ts';
import { accessLog } from '../middleware/access-log.ts';
import { bodyLimit } from '../middleware/body-limit.ts';
import { requestId } from '../middleware/request-id.ts';
import { strictJson } from '../middleware/strict-json.ts';
import { notFound, onError } from '../problem.ts';

export interface OperatorOptions {
  issuer: string;
  version: string;
  log: Logger;
}

/**
 * What the command line talks to: the native API in the operator's hand, and what is the operator's alone. Served on a
 * socket in the data folder that its owner alone can open, and never on a network.
 */
export function createOperatorApp(ports: Ports, { issuer, version, log }: OperatorOptions): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.onError(onError);
  app.notFound(notFound);
  app.use(requestId(log));
  app.use(accessLog());
  app.use(bodyLimit());
  app.use(strictJson());
  app.route('/v1', nativeApi(ports, { issuer, version }));

  app.get('/operator/accounts', async (c) => c.json({ items: await listAccounts(ports) }));
  const newAccount = z.strictObject({ name: label(100) });
  app.post('/operator/accounts', async (c) => {
    const body = newAccount.safeParse(await c.req.json());
    if (!body.success) return refuseInvalid(c, body.error);
    const made = await createAccount(ports, body.data);
    return isRefusal(made) ? refuseVerdict(c, made) : c.json(made.account, 201);
  });
  const check = z.strictObject({ mend: z.boolean() });
  app.post('/operator/leftovers', async (c) => {
    const body = check.safeParse(await c.req.json());
    if (!body.success) return refuseInvalid(c, body.error);
    const found = [];
    for (const account of await listAccounts(ports)) {
      for await (const leftover of checkLeftovers(ports, account, body.data.mend)) found.push(leftover);
    }
    return c.json({ items: found });
  });
  return app;
}
