import { Hono } from 'hono';
import { z } from 'zod';
import { createAccount } from '../../accounts/create-account.ts';
import { listAccounts } from '../../accounts/list-accounts.ts';
import { MAX_AMOUNT } from '../../accounts/plans/ledger-entry.ts';
import { firstPlan, type PlanCatalogue } from '../../accounts/plans/plans.ts';
import { postEntry } from '../../accounts/plans/post-entry.ts';
import { recoverAdministrator } from '../../administrators/recover-administrator.ts';
import { issueSetupLink } from '../../administrators/set-up.ts';
import { backUp } from '../../backup/back-up.ts';
import { authorize } from '../../http/api/authorize.ts';
import { email, label, languageTag } from '../../http/api/fields.ts';
import { refuseInvalid, refuseResult } from '../../http/api/router.ts';
import type { AppEnv } from '../../http/context.ts';
import type { Logger } from '../../http/log.ts';
import { accessLog } from '../../http/middleware/access-log.ts';
import { bodyLimit } from '../../http/middleware/body-limit.ts';
import { requestId } from '../../http/middleware/request-id.ts';
import { strictJson } from '../../http/middleware/strict-json.ts';
import { notFound, onError, refuse } from '../../http/problem.ts';
import { type AccountId, parseId } from '../../kernel/ids.ts';
import { mailLanguage } from '../../kernel/mail.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import type { MasterKeyPlace } from '../../maintenance/change-master-key.ts';
import { checkLeftovers } from '../../maintenance/doctor.ts';
import { readSigningKeys, rotateSigningKeys } from '../../maintenance/rotate-signing-keys.ts';
import { sendTestCode } from '../../maintenance/send-test-message.ts';
import { LARGE_BODIES, nativeApi } from '../api-routes.ts';
import { openAccount } from '../open-account.ts';
import { masterKeys } from './master-keys.ts';

export interface OperatorOptions {
  issuer: string;
  version: string;
  log: Logger;
  plans: PlanCatalogue;
  makeSigningKey: Parameters<typeof rotateSigningKeys>[1];
  masterKeys: MasterKeyPlace;
  /** Writes lines to a new file and says how many; an existing file throws. */
  writeBackup: (file: string, lines: AsyncIterable<string>) => Promise<number>;
}

const BACKUP_FAILURES: Readonly<Record<string, string>> = {
  EEXIST: 'there is a file of that name, and it stays as it is',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EACCES: "the service's user may not write there",
  EROFS: 'the service may not write there',
  ENOSPC: 'there is no space left',
};

/**
 * What the command line talks to: the native API in the operator's hand, and what is the operator's alone. Served on a
 * socket in the data folder that its owner alone can open, and never on a network.
 */
export function createOperatorApp(ports: Ports, options: OperatorOptions): Hono<AppEnv> {
  const { issuer, version, log, plans } = options;
  const app = new Hono<AppEnv>();
  app.onError(onError);
  app.notFound(notFound);
  app.use(requestId(log));
  app.use(accessLog());
  app.use(bodyLimit({ exceptions: LARGE_BODIES }));
  app.use(strictJson());
  app.route('/v1', nativeApi(ports, { issuer, version, plans }));

  app.get('/operator/accounts', async (c) => c.json({ items: await listAccounts(ports) }));
  const newAccount = z.strictObject({ name: label(100) });
  app.post('/operator/accounts', async (c) => {
    const body = newAccount.safeParse(await c.req.json());
    if (!body.success) return refuseInvalid(c, body.error);
    const made = await createAccount(ports, { ...body.data, plan: firstPlan(plans) });
    return isRefusal(made) ? refuseResult(c, made) : c.json(made.account, 201);
  });
  const opening = z.strictObject({ name: label(100), superuser: email.optional() });
  app.post('/operator/setup', async (c) => {
    const body = opening.safeParse(await c.req.json());
    if (!body.success) return refuseInvalid(c, body.error);
    const made = await openAccount({ ...ports, issuer }, { ...body.data, plan: firstPlan(plans) });
    return isRefusal(made) ? refuseResult(c, made) : c.json(made, 201);
  });
  app.post('/operator/setup-link', async (c) => {
    const made = await issueSetupLink({ ...ports, issuer });
    const detail = 'there is an account already; another one is made with --name';
    return made ? c.json(made, 201) : refuse(c, 'INPUT_INVALID', { detail });
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

  const credit = z.strictObject({
    account: z.custom<AccountId>((text) => parseId('acc', text) !== undefined, 'the id of an account'),
    amount: z.int().min(1).max(MAX_AMOUNT),
    reference: z.string().regex(/^[\x21-\x7e]{1,200}$/, '1 to 200 visible ASCII characters'),
  });
  app.post('/operator/credits', async (c) => {
    const body = credit.safeParse(await c.req.json());
    if (!body.success) return refuseInvalid(c, body.error);
    const { account, amount, reference } = body.data;
    const entry = { kind: 'credit', amount, currency: plans.currency, reference, reason: 'payment' } as const;
    const booked = await postEntry(ports, { actor: { kind: 'operator', account } }, plans, entry);
    return isRefusal(booked) ? refuseResult(c, booked) : c.json(booked.entry, 201);
  });

  // Around both factors, so it is here and not in the API; the header names the account, as with the API.
  const recovery = '/operator/administrators/:id/recovery';
  app.post(recovery, authorize(ports, 'administer'), async (c) => {
    const id = parseId('adm', c.req.param('id'));
    if (!id) return refuse(c, 'ADMINISTRATOR_NOT_FOUND');
    const verdict = await recoverAdministrator({ ...ports, issuer }, c.get('act'), id);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
  });

  app.route('/operator/master-keys', masterKeys(ports, options.masterKeys));
  app.get('/operator/signing-keys', async (c) => c.json({ items: await readSigningKeys(ports) }));
  app.post('/operator/signing-keys', async (c) => c.json(await rotateSigningKeys(ports, options.makeSigningKey)));

  const testing = z.strictObject({ to: z.string().max(200), language: languageTag });
  app.post('/operator/test-codes', async (c) => {
    const body = testing.safeParse(await c.req.json());
    if (!body.success) return refuseInvalid(c, body.error);
    const sent = await sendTestCode(ports, body.data.to, mailLanguage(body.data.language));
    return isRefusal(sent) ? refuseResult(c, sent) : c.json(sent);
  });

  const backup = z.strictObject({ file: z.string().refine((path) => path.startsWith('/'), 'a whole path') });
  app.post('/operator/backups', async (c) => {
    const body = backup.safeParse(await c.req.json());
    if (!body.success) return refuseInvalid(c, body.error);
    try {
      return c.json({ file: body.data.file, lines: await options.writeBackup(body.data.file, backUp(ports)) }, 201);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
      if (code === undefined) throw error;
      return refuse(c, 'INPUT_INVALID', { detail: `file: ${BACKUP_FAILURES[code] ?? code}` });
    }
  });
  return app;
}
