import { createRoute, z } from '@hono/zod-openapi';
import { accountDocument } from '../accounts/documents.ts';
import { runAfterResponse } from '../http/after-response.ts';
import { password } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { clientInfo } from '../http/client-info.ts';
import { sameOrigin } from '../http/middleware/same-origin.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { accountId, administratorShown, linkSecret, presentAdministrator } from './administrator-fields.ts';
import { askAdministratorReset } from './request-administrator-reset.ts';
import { resetAdministratorPassword } from './reset-administrator-password.ts';

const question = z
  .strictObject({
    account: accountId.optional().openapi({ description: 'Only where the server holds several accounts.' }),
    email: z.string().trim().min(1).max(200),
  })
  .openapi('AdministratorResetInput');
const acceptance = z.strictObject({ secret: linkSecret, password }).openapi('AdministratorResetAcceptanceInput');

const tags = ['Administrators'];
const ask = createRoute({
  method: 'post',
  path: '/reset/ask',
  tags,
  summary: 'Ask for a link to a new password of one’s own',
  description:
    'For administrators who have forgotten theirs. Answered alike whether the address is anybody’s or not; only an administrator who has a token gets the mail. `MAIL_ABSENT` where the server sends no mail: then `countersign admin recover` helps.',
  security: [],
  request: jsonBody(question),
  responses: { 202: { description: 'If the address is an administrator’s, a mail is on its way.' }, ...refusals },
});
const accept = createRoute({
  method: 'post',
  path: '/reset/accept',
  tags,
  summary: 'Use a link to a new password',
  description: 'All sessions end. Token and recovery codes stay, and the sign-in asks for them as before.',
  security: [],
  request: jsonBody(acceptance),
  responses: { 200: jsonAnswer('They may sign in with it now.', administratorShown), ...refusals },
});

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'hasher' | 'courier'>;

/** The way to a new password for administrators. Our own pages only. */
export function administratorResets(ports: Needs, issuer: string) {
  const app = apiRouter();
  app.on(['POST'], ['/reset/ask', '/reset/accept'], sameOrigin(issuer));

  app.openapi(ask, async (c) => {
    const verdict = await askAdministratorReset(ports, clientInfo(c), c.req.valid('json'));
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    runAfterResponse(c, verdict.deliver);
    return c.body(null, 202);
  });
  app.openapi(accept, async (c) => {
    const { secret, password } = c.req.valid('json');
    const verdict = await resetAdministratorPassword(ports, clientInfo(c), { link: secret, password });
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const { administrator } = verdict;
    const [account] = await ports.store.getMany([accountDocument.key(administrator.account)], ports.clock.now());
    return c.json(presentAdministrator(account?.value ?? {}, administrator), 200);
  });
  return app;
}
