import { createRoute, z } from '@hono/zod-openapi';
import { authorize, authorizeSession } from '../http/api/authorize.ts';
import { pageOf, searchedPageQuery } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { changeHeaders, seenOf, tag, tagged } from '../http/api/version.ts';
import { refuse } from '../http/problem.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import {
  administratorId,
  administratorShown,
  grants,
  personName,
  presentAdministrator,
  proofFields,
  proofOf,
} from './administrator-fields.ts';
import { removeAdministrator, updateAdministrator } from './change-administrator.ts';
import { listAdministrators, showAdministrator } from './list-administrators.ts';
import { selfOf } from './self-routes.ts';
import { handOverSuperuser } from './update-profile.ts';

const changes = z.strictObject({ name: personName, grants }).partial().openapi('AdministratorChanges');
const transferring = z.strictObject(proofFields).openapi('TransferInput');

const tags = ['Administrators'];
const security = [{ apiKey: ['administer'] }];
const params = z.object({ id: administratorId });
const list = createRoute({
  method: 'get',
  path: '/administrators',
  tags,
  summary: 'List administrators, newest first',
  security,
  request: { query: searchedPageQuery.extend({ state: z.enum(['invited', 'active']).optional() }) },
  responses: { 200: jsonAnswer('A page.', pageOf(administratorShown)), ...refusals },
});
const read = createRoute({
  method: 'get',
  path: '/administrators/{id}',
  tags,
  summary: 'Read an administrator',
  security,
  request: { params },
  responses: { 200: { ...jsonAnswer('The administrator.', administratorShown), ...tagged }, ...refusals },
});
const update = createRoute({
  method: 'patch',
  path: '/administrators/{id}',
  tags,
  summary: 'Change an administrator’s name or resources',
  description: 'Counts from their next request on. Their password, address and token are theirs alone.',
  security,
  request: { params, headers: changeHeaders, ...jsonBody(changes) },
  responses: {
    200: { ...jsonAnswer('The administrator as they are now.', administratorShown), ...tagged },
    ...refusals,
  },
});
const remove = createRoute({
  method: 'delete',
  path: '/administrators/{id}',
  tags,
  summary: 'Remove an administrator',
  description: 'Their sessions end with their next request. The superuser stays: hand the role over first.',
  security,
  request: { params, headers: changeHeaders },
  responses: { 204: { description: 'Removed.' }, ...refusals },
});
const transfer = createRoute({
  method: 'post',
  path: '/administrators/{id}/transfer',
  tags,
  summary: 'Hand the superuser’s role over',
  description: 'To an active administrator, by the superuser, who shows both factors again. The sessions of both end.',
  security: [{ session: [] }],
  request: { params, ...jsonBody(transferring) },
  responses: { 200: jsonAnswer('The new superuser.', administratorShown), ...refusals },
});

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'hasher' | 'courier'>;

export function administrators(ports: Needs) {
  const app = apiRouter();
  const door = authorize(ports, 'administer');
  app.on(['GET'], ['/administrators'], door);
  app.on(['GET', 'PATCH', 'DELETE'], ['/administrators/:id'], door);
  app.on(['POST'], ['/administrators/:id/transfer'], authorizeSession(ports));

  app.openapi(list, async (c) => {
    const page = await listAdministrators(ports, c.get('act'), c.req.valid('query'));
    if (isRefusal(page)) return refuseResult(c, page);
    const items = page.items.map((one) => presentAdministrator(page.account, one));
    return c.json({ items, next: page.next }, 200);
  });
  app.openapi(read, async (c) => {
    const found = await showAdministrator(ports, c.get('act'), c.req.valid('param').id);
    if (isRefusal(found)) return refuseResult(c, found);
    tag(c, found.administrator);
    return c.json(presentAdministrator(found.account, found.administrator), 200);
  });
  app.openapi(update, async (c) => {
    const { id } = c.req.valid('param');
    const verdict = await updateAdministrator(ports, c.get('act'), id, c.req.valid('json'), seenOf(c));
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const found = await showAdministrator(ports, c.get('act'), id);
    if (isRefusal(found)) return refuseResult(c, found);
    tag(c, verdict.object);
    return c.json(presentAdministrator(found.account, verdict.object), 200);
  });
  app.openapi(remove, async (c) => {
    const verdict = await removeAdministrator(ports, c.get('act'), c.req.valid('param').id, undefined, seenOf(c));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  });
  app.openapi(transfer, async (c) => {
    const proof = proofOf(c.req.valid('json'));
    if (!proof) return refuse(c, 'OTP_MALFORMED');
    const verdict = await handOverSuperuser(ports, selfOf(c), proof, c.req.valid('param').id);
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const { superuser } = verdict;
    return c.json(presentAdministrator({ superuser: superuser.id }, superuser), 200);
  });
  return app;
}
