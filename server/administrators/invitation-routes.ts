import { createRoute, z } from '@hono/zod-openapi';
import { accountDocument } from '../accounts/documents.ts';
import { authorize } from '../http/api/authorize.ts';
import { creationHeaders, email, instant, pageOf, password, searchedPageQuery } from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { clientInfo } from '../http/client-info.ts';
import { sameOrigin } from '../http/middleware/same-origin.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { acceptInvitation, acceptRecovery } from './accept-link.ts';
import {
  administratorId,
  administratorShown,
  grants,
  language,
  linkSecret,
  personName,
  presentAdministrator,
  typedCode,
} from './administrator-fields.ts';
import { removeAdministrator } from './change-administrator.ts';
import { type Invited, inviteAdministrator, resendInvitation } from './invite-administrator.ts';
import { listAdministrators } from './list-administrators.ts';

const creation = z
  .strictObject({ email, name: personName, language, grants: grants.default([]) })
  .openapi('InvitationInput');
const shown = z
  .object({
    administrator: administratorShown,
    expiresAt: instant,
    handOver: z.object({ link: z.string(), code: z.string() }).optional().openapi({
      description:
        'Present where no mail is configured, in this answer alone: hand link and code over yourself, by two ways.',
    }),
  })
  .openapi('Invitation');
const acceptance = z
  .strictObject({ secret: linkSecret, code: typedCode, password, name: personName })
  .openapi('InvitationAcceptanceInput');
const recovery = z.strictObject({ secret: linkSecret, password }).openapi('RecoveryAcceptanceInput');

const tags = ['Administrators'];
const security = [{ apiKey: ['administer'] }];
const params = z.object({ id: administratorId });
const create = createRoute({
  method: 'post',
  path: '/invitations',
  tags,
  summary: 'Invite an administrator',
  description:
    'They get a link and, in another mail, a code to type. Both are good for seven days. `UNAVAILABLE` when a mail could not be sent: repeat with the same `Idempotency-Key`, or send the invitation again.',
  security,
  request: { ...jsonBody(creation), headers: creationHeaders },
  responses: { 201: jsonAnswer('Invited.', shown), ...refusals },
});
const list = createRoute({
  method: 'get',
  path: '/invitations',
  tags,
  summary: 'List who has been invited and has not accepted, newest first',
  security,
  request: { query: searchedPageQuery },
  responses: { 200: jsonAnswer('A page.', pageOf(administratorShown)), ...refusals },
});
const resend = createRoute({
  method: 'post',
  path: '/invitations/{id}/resend',
  tags,
  summary: 'Send an invitation again',
  description: 'With a new link and a new code; those before are void.',
  security,
  request: { params },
  responses: { 200: jsonAnswer('Sent.', shown), ...refusals },
});
const revoke = createRoute({
  method: 'delete',
  path: '/invitations/{id}',
  tags,
  summary: 'Take an invitation back',
  security,
  request: { params },
  responses: { 204: { description: 'Taken back.' }, ...refusals },
});
const accept = createRoute({
  method: 'post',
  path: '/invitation/accept',
  tags,
  summary: 'Accept an invitation',
  security: [],
  request: jsonBody(acceptance),
  responses: { 200: jsonAnswer('They may sign in now.', administratorShown), ...refusals },
});
const recover = createRoute({
  method: 'post',
  path: '/recovery/accept',
  tags,
  summary: 'Use a recovery link',
  description: 'Sets a new password. The token and all sessions are void; the next sign-in enrols anew.',
  security: [],
  request: jsonBody(recovery),
  responses: { 200: jsonAnswer('They may sign in now.', administratorShown), ...refusals },
});

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'hasher' | 'courier'>;

export function invitations(ports: Needs, issuer: string) {
  const app = apiRouter();
  const door = authorize(ports, 'administer');
  app.on(['GET', 'POST'], ['/invitations'], door);
  app.on(['DELETE'], ['/invitations/:id'], door);
  app.on(['POST'], ['/invitations/:id/resend'], door);
  app.on(['POST'], ['/invitation/accept', '/recovery/accept'], sameOrigin(issuer));
  const inviting = { ...ports, issuer };

  app.openapi(create, async (c) => {
    const body = c.req.valid('json');
    const verdict = await createOnce(ports, c, 'adm', async (birth) => {
      const made = await inviteAdministrator(inviting, c.get('act'), birth, body);
      return isRefusal(made) ? made : presentInvited(made);
    });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
  });
  app.openapi(list, async (c) => {
    const page = await listAdministrators(ports, c.get('act'), { ...c.req.valid('query'), state: 'invited' });
    if (isRefusal(page)) return refuseResult(c, page);
    const items = page.items.map((one) => presentAdministrator(page.account, one));
    return c.json({ items, next: page.next }, 200);
  });
  app.openapi(resend, async (c) => {
    const verdict = await resendInvitation(inviting, c.get('act'), c.req.valid('param').id);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(presentInvited(verdict), 200);
  });
  app.openapi(revoke, async (c) => {
    const verdict = await removeAdministrator(ports, c.get('act'), c.req.valid('param').id, 'invited');
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  });
  app.openapi(accept, async (c) => {
    const { secret, ...input } = c.req.valid('json');
    const verdict = await acceptInvitation(ports, clientInfo(c), { ...input, link: secret });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(await shownAfter(ports, verdict), 200);
  });
  app.openapi(recover, async (c) => {
    const { secret, password } = c.req.valid('json');
    const verdict = await acceptRecovery(ports, clientInfo(c), { link: secret, password });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(await shownAfter(ports, verdict), 200);
  });
  return app;
}

/** Whoever is invited is nobody's superuser yet. */
function presentInvited({ administrator, ...rest }: Invited): z.input<typeof shown> {
  return { administrator: presentAdministrator({}, administrator), ...rest };
}

async function shownAfter(
  ports: Pick<Ports, 'store' | 'clock'>,
  { administrator }: Pick<Invited, 'administrator'>,
): Promise<z.input<typeof administratorShown>> {
  const [account] = await ports.store.getMany([accountDocument.key(administrator.account)], ports.clock.now());
  return presentAdministrator(account?.value ?? {}, administrator);
}
