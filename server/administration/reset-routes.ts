import { z } from '@hono/zod-openapi';
import { accountDocument } from '../accounts/documents.ts';
import { runAfterResponse } from '../http/after-response.ts';
import { accountId, password } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { clientInfo } from '../http/client-info.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { administratorView, linkSecret, presentAdministrator } from './administrator-fields.ts';
import { requestAdministratorReset } from './request-administrator-reset.ts';
import { resetAdministratorPassword } from './reset-administrator-password.ts';

const resetInput = z
  .strictObject({
    account: accountId.optional().openapi({ description: 'Required only if the server has several accounts.' }),
    email: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .openapi({ description: 'The email address of the administrator.', example: 'ada@shop.example' }),
  })
  .openapi('AdministratorResetInput', { description: 'Who forgot the password.' });
const acceptance = z
  .strictObject({ secret: linkSecret, password })
  .openapi('AdministratorResetAcceptanceInput', { description: 'The new password.' });

const requestReset = route({
  method: 'post',
  path: '/reset/ask',
  // The administrator cannot sign in without a password.
  scope: 'public',
  isSameOriginOnly: true,
  operationId: 'requestPasswordReset',
  tag: 'Administrators',
  summary: 'Request a password reset link for an administrator',
  description:
    'For administrators who forgot their password. The response is the same whether the address is known or not; only an administrator with a token gets the email. `MAIL_NOT_CONFIGURED` if the server sends no mail: then use `countersign admin recover`.',
  request: jsonBody(resetInput),
  responses: { 202: { description: 'If the address belongs to an administrator, the email is being sent.' } },
  handle: async (c, ports: Needs) => {
    const verdict = await requestAdministratorReset(ports, clientInfo(c), c.req.valid('json'));
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    runAfterResponse(c, verdict.deliver);
    return c.body(null, 202);
  },
});
const accept = route({
  method: 'post',
  path: '/reset/accept',
  // The secret of the link is the authority.
  scope: 'public',
  isSameOriginOnly: true,
  operationId: 'acceptPasswordReset',
  tag: 'Administrators',
  summary: 'Set a new password with a reset link',
  description: 'All sessions end. The token and the recovery codes stay.',
  request: jsonBody(acceptance),
  responses: { 200: jsonAnswer('The administrator can sign in with it now.', administratorView) },
  handle: async (c, ports: Needs) => {
    const { secret, password } = c.req.valid('json');
    const verdict = await resetAdministratorPassword(ports, clientInfo(c), { link: secret, password });
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const { administrator } = verdict;
    const [account] = await ports.store.getMany([accountDocument.key(administrator.account)], ports.clock.now());
    return c.json(presentAdministrator(account?.value ?? {}, administrator), 200);
  },
});

type Needs = Pick<
  Ports,
  'store' | 'clock' | 'random' | 'secrets' | 'hasher' | 'breachedPasswords' | 'courier' | 'reportFault'
>;

/** Password reset of administrators. Same-origin pages only. */
export const administratorResetRoutes = [requestReset, accept];
