import { z } from '@hono/zod-openapi';
import { accountDocument } from '../accounts/documents.ts';
import {
  administratorId,
  creationHeaders,
  email,
  instantOf,
  pageOf,
  password,
  searchedPageQuery,
} from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { clientInfo } from '../http/client-info.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { acceptInvitation, acceptRecovery } from './accept-link.ts';
import {
  administratorView,
  givenRole,
  grants,
  language,
  linkSecret,
  nameOfAdministrator,
  presentAdministrator,
  typedCode,
} from './administrator-fields.ts';
import { removeAdministrator } from './change-administrator.ts';
import { type Invited, inviteAdministrator, resendInvitation } from './invite-administrator.ts';
import { listAdministrators } from './list-administrators.ts';

const creation = z
  .strictObject({
    email,
    name: nameOfAdministrator,
    language,
    role: givenRole.default('administrator'),
    grants: grants.default([]),
  })
  .openapi('InvitationInput', { description: 'Whom to invite.' });
const invitationView = z
  .object({
    administrator: administratorView,
    expiresAt: instantOf('When the invitation expires.'),
    handOver: z
      .object({
        link: z
          .string()
          .openapi({ description: 'The link.', example: 'https://sign-in.shop.example/console/invitation#Zk3xQ8vJ' }),
        code: z.string().openapi({ description: 'The confirmation code.', example: 'k5n8-w2r7' }),
      })
      .optional()
      .openapi({
        description:
          'Only if the server sends no mail, and only in this response: give link and code to the person on two different ways.',
      }),
  })
  .openapi('Invitation', { description: 'An invitation.' });
const acceptance = z
  .strictObject({ secret: linkSecret, code: typedCode, password, name: nameOfAdministrator })
  .openapi('InvitationAcceptanceInput', { description: 'The acceptance of an invitation.' });
const recovery = z
  .strictObject({ secret: linkSecret, password })
  .openapi('RecoveryAcceptanceInput', { description: 'The new password.' });

const params = z.object({ id: administratorId });
const create = route({
  method: 'post',
  path: '/invitations',
  scope: 'administer',
  operationId: 'createInvitation',
  tag: 'Administrators',
  summary: 'Invite an administrator',
  description:
    'Sends a link and, in another email, a code to type. Both expire after seven days. `INPUT_INVALID` if the mail server refuses the address: nothing was created. `UNAVAILABLE` if an email could not be sent: repeat with the same `Idempotency-Key`, or resend the invitation.',
  request: { ...jsonBody(creation), headers: creationHeaders },
  responses: { 201: jsonAnswer('Invited.', invitationView) },
  handle: async (c, ports: Needs) => {
    const body = c.req.valid('json');
    const verdict = await createOnce(ports, c, 'adm', async (birth) => {
      const made = await inviteAdministrator(ports, c.get('act'), birth, body);
      return isRefusal(made) ? made : presentInvitation(made);
    });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
  },
});
const list = route({
  method: 'get',
  path: '/invitations',
  scope: 'administer',
  operationId: 'listInvitations',
  tag: 'Administrators',
  summary: 'List pending invitations, newest first',
  request: { query: searchedPageQuery },
  responses: { 200: jsonAnswer('A page.', pageOf(administratorView)) },
  handle: async (c, ports: Needs) => {
    const page = await listAdministrators(ports, c.get('act'), { ...c.req.valid('query'), state: 'invited' });
    if (isRefusal(page)) return refuseResult(c, page);
    const items = page.items.map((one) => presentAdministrator(page.account, one));
    return c.json({ items, next: page.next }, 200);
  },
});
const resend = route({
  method: 'post',
  path: '/invitations/{id}/resend',
  scope: 'administer',
  operationId: 'resendInvitation',
  tag: 'Administrators',
  summary: 'Resend an invitation',
  description: 'With a new link and a new code. The previous ones no longer work.',
  request: { params },
  responses: { 200: jsonAnswer('Sent.', invitationView) },
  handle: async (c, ports: Needs) => {
    const verdict = await resendInvitation(ports, c.get('act'), c.req.valid('param').id);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(presentInvitation(verdict), 200);
  },
});
const revoke = route({
  method: 'delete',
  path: '/invitations/{id}',
  scope: 'administer',
  operationId: 'deleteInvitation',
  tag: 'Administrators',
  summary: 'Revoke an invitation',
  request: { params },
  responses: { 204: { description: 'Revoked.' } },
  handle: async (c, ports: Needs) => {
    const verdict = await removeAdministrator(ports, c.get('act'), c.req.valid('param').id, 'invited');
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  },
});
const accept = route({
  method: 'post',
  path: '/invitation/accept',
  // The secret of the link and the mailed code are the authority.
  scope: 'public',
  isSameOriginOnly: true,
  operationId: 'acceptInvitation',
  tag: 'Administrators',
  summary: 'Accept an invitation',
  request: jsonBody(acceptance),
  responses: { 200: jsonAnswer('The administrator can sign in now.', administratorView) },
  handle: async (c, ports: Needs) => {
    const { secret, ...input } = c.req.valid('json');
    const verdict = await acceptInvitation(ports, clientInfo(c), { ...input, link: secret });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(await acceptedView(ports, verdict), 200);
  },
});
const recover = route({
  method: 'post',
  path: '/recovery/accept',
  // The secret of the link is the authority.
  scope: 'public',
  isSameOriginOnly: true,
  operationId: 'acceptRecovery',
  tag: 'Administrators',
  summary: 'Use a recovery link',
  description: 'Sets a new password. The token is removed and all sessions end; the next sign-in sets up a new token.',
  request: jsonBody(recovery),
  responses: { 200: jsonAnswer('The administrator can sign in now.', administratorView) },
  handle: async (c, ports: Needs) => {
    const { secret, password } = c.req.valid('json');
    const verdict = await acceptRecovery(ports, clientInfo(c), { link: secret, password });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(await acceptedView(ports, verdict), 200);
  },
});

type Needs = Pick<
  Ports,
  'store' | 'clock' | 'random' | 'secrets' | 'hasher' | 'breachedPasswords' | 'courier' | 'reportFault'
> & {
  issuer: string;
};

export const invitationRoutes = [create, list, resend, revoke, accept, recover];

/** An invited administrator is not a superuser yet. */
function presentInvitation({ administrator, ...rest }: Invited): z.input<typeof invitationView> {
  return { administrator: presentAdministrator({}, administrator), ...rest };
}

async function acceptedView(
  ports: Pick<Ports, 'store' | 'clock'>,
  { administrator }: Pick<Invited, 'administrator'>,
): Promise<z.input<typeof administratorView>> {
  const [account] = await ports.store.getMany([accountDocument.key(administrator.account)], ports.clock.now());
  return presentAdministrator(account?.value ?? {}, administrator);
}
