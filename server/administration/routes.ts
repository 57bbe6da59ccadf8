import { z } from '@hono/zod-openapi';
import { administratorId, pageOf, searchedPageQuery } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { changeHeaders, ifMatchVersions, tag, tagged } from '../http/api/version.ts';
import { isRefusal } from '../kernel/result.ts';
import {
  administratorView,
  givenRole,
  grants,
  nameOfAdministrator,
  presentAdministrator,
  proofFields,
} from './administrator-fields.ts';
import { removeAdministrator, updateAdministrator } from './change-administrator.ts';
import type { SecondFactorPorts } from './check-factors.ts';
import { listAdministrators, showAdministrator } from './list-administrators.ts';
import { requireProof, selfOf } from './self-routes.ts';
import { handOverSuperuser } from './update-profile.ts';

const changes = z
  .strictObject({ name: nameOfAdministrator, grants, role: givenRole })
  .partial()
  .openapi('AdministratorChanges', { description: 'What changes of an administrator.' });
const transferring = z
  .strictObject(proofFields)
  .openapi('TransferInput', { description: 'Both factors of the superuser.' });

const params = z.object({ id: administratorId });
const list = route({
  method: 'get',
  path: '/administrators',
  scope: 'administer',
  operationId: 'listAdministrators',
  tag: 'Administrators',
  summary: 'List administrators, newest first',
  request: {
    query: searchedPageQuery.extend({
      state: z.enum(['invited', 'active']).optional().openapi({ description: 'Only administrators in this state.' }),
    }),
  },
  responses: { 200: jsonAnswer('A page.', pageOf(administratorView)) },
  handle: async (c, ports: Needs) => {
    const page = await listAdministrators(ports, c.get('act'), c.req.valid('query'));
    if (isRefusal(page)) return refuseResult(c, page);
    const items = page.items.map((one) => presentAdministrator(page.account, one));
    return c.json({ items, next: page.next }, 200);
  },
});
const read = route({
  method: 'get',
  path: '/administrators/{id}',
  scope: 'administer',
  operationId: 'readAdministrator',
  tag: 'Administrators',
  summary: 'Read an administrator',
  request: { params },
  responses: { 200: { ...jsonAnswer('The administrator.', administratorView), ...tagged } },
  handle: async (c, ports: Needs) => {
    const found = await showAdministrator(ports, c.get('act'), c.req.valid('param').id);
    if (isRefusal(found)) return refuseResult(c, found);
    tag(c, found.administrator);
    return c.json(presentAdministrator(found.account, found.administrator), 200);
  },
});
const update = route({
  method: 'patch',
  path: '/administrators/{id}',
  scope: 'administer',
  operationId: 'updateAdministrator',
  tag: 'Administrators',
  summary: 'Change an administrator’s name, role or resources',
  description:
    'Takes effect with the next request of the administrator. The role of the superuser cannot be changed, only transferred. Password, email address and token cannot be changed here.',
  request: { params, headers: changeHeaders, ...jsonBody(changes) },
  responses: {
    200: { ...jsonAnswer('The administrator as changed.', administratorView), ...tagged },
  },
  handle: async (c, ports: Needs) => {
    const { id } = c.req.valid('param');
    const verdict = await updateAdministrator(ports, c.get('act'), id, c.req.valid('json'), ifMatchVersions(c));
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const found = await showAdministrator(ports, c.get('act'), id);
    if (isRefusal(found)) return refuseResult(c, found);
    tag(c, verdict.object);
    return c.json(presentAdministrator(found.account, verdict.object), 200);
  },
});
const remove = route({
  method: 'delete',
  path: '/administrators/{id}',
  scope: 'administer',
  operationId: 'deleteAdministrator',
  tag: 'Administrators',
  summary: 'Remove an administrator',
  description: 'The sessions end with the next request. The superuser cannot be removed: transfer the role first.',
  request: { params, headers: changeHeaders },
  responses: { 204: { description: 'Removed.' } },
  handle: async (c, ports: Needs) => {
    const verdict = await removeAdministrator(
      ports,
      c.get('act'),
      c.req.valid('param').id,
      undefined,
      ifMatchVersions(c),
    );
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  },
});
const transfer = route({
  method: 'post',
  path: '/administrators/{id}/transfer',
  scope: 'session',
  operationId: 'transferSuperuser',
  tag: 'Administrators',
  summary: 'Transfer the superuser role',
  description: 'To an active administrator. The superuser reauthenticates with both factors. The sessions of both end.',
  request: { params, ...jsonBody(transferring) },
  responses: { 200: jsonAnswer('The new superuser.', administratorView) },
  handle: async (c, ports: Needs) => {
    const proof = requireProof(c.req.valid('json'));
    const verdict = await handOverSuperuser(ports, selfOf(c), proof, c.req.valid('param').id);
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const { superuser } = verdict;
    return c.json(presentAdministrator({ superuser: superuser.id }, superuser), 200);
  },
});

type Needs = SecondFactorPorts;

export const administratorRoutes = [list, read, update, remove, transfer];
