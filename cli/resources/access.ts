import { OVERLAP } from './overlap.ts';
import type { ResourceCommand } from './resource-command.ts';

const ADMINISTRATORS = ['id', 'email', 'name', 'role', 'state', 'hasToken', 'grants'];
const GRANTS = {
  type: 'grants',
  about: 'resources that they act on; `res_…:assigned` is assigned without being allowed',
} as const;
const ROLE = 'administrator, help-desk (unlocks, resynchronises, makes links) or read-only';
const HAND_OVER = ['handOver.link', 'handOver.code'];

const admin: ResourceCommand = {
  name: 'admin',
  one: 'an administrator',
  about: 'administrators and their invitations',
  path: '/v1/administrators',
  columns: ADMINISTRATORS,
  verbs: ['list', 'show', 'update'],
  calledBy: 'email',
  note: `
Only the superuser can hand over that role, with password and code, when signed in
(POST /v1/administrators/{id}/transfer): no key and no operator can move it.`,
  flags: { name: 'name', role: ROLE, grants: GRANTS },
  actions: [
    {
      verb: 'remove',
      about: 'remove an administrator; their sessions end with their next request',
      request: 'DELETE /v1/administrators/{id}',
      said: 'removed',
    },
    {
      verb: 'invite',
      about: 'invite an administrator, for seven days',
      request: 'POST /v1/invitations',
      flags: { email: 'email address', name: 'name', role: ROLE, grants: GRANTS },
      shownOnce: HAND_OVER,
    },
    {
      verb: 'invitations',
      request: 'GET /v1/invitations',
      rows: { in: 'items', columns: ADMINISTRATORS, paged: true },
    },
    {
      verb: 'resend',
      about: 'send an invitation again; the old link and code become invalid',
      request: 'POST /v1/invitations/{id}/resend',
      shownOnce: HAND_OVER,
    },
    { verb: 'withdraw', request: 'DELETE /v1/invitations/{id}', said: 'withdrawn' },
    {
      verb: 'recover',
      about: 'make a link for an administrator without token and recovery codes; only on the machine of the service',
      request: 'POST /operator/administrators/{id}/recovery',
      shownOnce: ['link'],
    },
    { verb: 'factors', request: 'GET /v1/administrator-factors' },
    {
      verb: 'require',
      about: 'set what opens the console; only on the machine of the service',
      request: 'POST /operator/administrator-factors',
      flags: { factors: { about: 'passkey, for passkeys alone; any, for codes too', required: true } },
    },
  ],
};

const key: ResourceCommand = {
  name: 'key',
  one: 'an API key',
  about: 'API keys',
  path: '/v1/api-keys',
  filters: { enabled: 'only keys that work, or only others', kind: 'bearer or protectimus' },
  columns: ['id', 'name', 'kind', 'prefix', 'scopes', 'enabled', 'expiresAt', 'lastUsedAt'],
  verbs: ['list', 'show', 'create', 'update', 'delete'],
  shownOnce: ['text'],
  flags: {
    name: 'name',
    scopes: 'of authenticate, read, write and administer, separated by commas; a key of Protectimus has none',
    kind: 'bearer, or protectimus for client libraries of Protectimus',
    administrator: 'for a key of Protectimus: id of its administrator',
    addressRanges: {
      flag: 'from',
      type: 'narrowing',
      about: 'for a key of Protectimus: addresses and ranges that it is accepted from',
      none: 'from everywhere',
    },
    resources: {
      type: 'narrowing',
      about: 'only for sign-ins to these; with the scope authenticate alone',
      none: 'for all',
    },
    lifetimeMs: 'how long it works, such as 365d',
    enabled: 'whether it works',
    expiresAt: 'when it stops working',
  },
  actions: [{ verb: 'rotate', request: 'POST /v1/api-keys/{id}/rotate', flags: OVERLAP, shownOnce: ['text'] }],
};

const webhook: ResourceCommand = {
  name: 'webhook',
  one: 'a webhook',
  about: 'where events are sent',
  path: '/v1/webhooks',
  filters: { enabled: 'only webhooks that send, or only others' },
  columns: ['id', 'url', 'enabled', 'events', 'resources'],
  verbs: ['list', 'show', 'create', 'update', 'delete'],
  shownOnce: ['secret'],
  flags: {
    url: { flag: 'target', about: 'https, a public address' },
    description: 'what it is for',
    events: { type: 'narrowing', about: 'only these types', none: 'all' },
    resources: { type: 'narrowing', about: 'only about these', none: 'all' },
    enabled: 'whether new events are sent',
  },
  actions: [
    { verb: 'rotate', request: 'POST /v1/webhooks/{id}/rotate', flags: OVERLAP, shownOnce: ['secret'] },
    { verb: 'test', request: 'POST /v1/webhooks/{id}/test' },
    {
      verb: 'deliveries',
      about: 'list deliveries, sent and pending, newest first',
      request: 'GET /v1/webhooks/{id}/deliveries',
      flags: { type: 'type of the event' },
      rows: {
        in: 'items',
        columns: ['id', 'type', 'state', 'attempts', 'nextAttemptAt', 'lastAttempt', 'createdAt'],
        paged: true,
      },
    },
    {
      verb: 'replay',
      request: 'POST /v1/webhooks/{id}/replay',
      flags: {
        deliveries: { type: 'deliveries', about: 'ids of deliveries, or `dead` for all dead letters, 500 at a time' },
      },
    },
  ],
};

export const ACCESS: readonly ResourceCommand[] = [admin, key, webhook];
