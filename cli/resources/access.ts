import { ORDER, SEARCH } from './filters.ts';
import type { ResourceCommand } from './resource-command.ts';

const both = ['create', 'update'] as const;
const create = ['create'] as const;
const update = ['update'] as const;
const ADMINISTRATORS = ['id', 'email', 'name', 'role', 'state', 'hasToken', 'grants'];

const admin: ResourceCommand = {
  name: 'admin',
  one: 'an administrator',
  about: 'administrators and their invitations',
  path: '/v1/administrators',
  columns: ADMINISTRATORS,
  verbs: ['list', 'show', 'update'],
  filters: [SEARCH, ORDER, { flag: 'state', name: 'state', type: 'text', about: 'invited or active' }],
  calledBy: 'email',
  note: `
The role of the superuser is handed over by whoever has it, with password and code, when signed in
(POST /v1/administrators/{id}/transfer): no key and no operator can move it.`,
  fields: [
    { flag: 'name', name: 'name', type: 'text', on: update, about: 'what they are called' },
    {
      flag: 'grants',
      name: 'grants',
      type: 'grants',
      on: update,
      about: 'all the resources that they act on; `res_…:assigned` is assigned without being allowed',
    },
  ],
  actions: [
    {
      verb: 'remove',
      about: 'remove one; their sessions end with their next request',
      method: 'DELETE',
      path: '/v1/administrators/{id}',
      said: 'removed',
    },
    {
      verb: 'invite',
      about: 'invite somebody, for seven days',
      method: 'POST',
      path: '/v1/invitations',
      fields: [
        { flag: 'email', name: 'email', type: 'text', about: 'where the invitation goes', required: true },
        { flag: 'name', name: 'name', type: 'text', about: 'what they are called', required: true },
        { flag: 'language', name: 'language', type: 'text', about: 'of mails to them: en or de' },
        {
          flag: 'grants',
          name: 'grants',
          type: 'grants',
          about: 'resources that they act on; `res_…:assigned` is assigned without being allowed',
        },
      ],
      shownOnce: ['handOver.link', 'handOver.code'],
    },
    {
      verb: 'invitations',
      about: 'list who has been invited and has not accepted',
      method: 'GET',
      path: '/v1/invitations',
      filters: [SEARCH, ORDER],
      rows: { in: 'items', columns: ADMINISTRATORS, paged: true },
    },
    {
      verb: 'resend',
      about: 'invite again: the link and the code before are void',
      method: 'POST',
      path: '/v1/invitations/{id}/resend',
      shownOnce: ['handOver.link', 'handOver.code'],
    },
    {
      verb: 'withdraw',
      about: 'take an invitation back',
      method: 'DELETE',
      path: '/v1/invitations/{id}',
      said: 'withdrawn',
    },
    {
      verb: 'recover',
      about: 'make a link for one who has lost token and recovery codes; on the machine of the service alone',
      method: 'POST',
      path: '/operator/administrators/{id}/recovery',
      shownOnce: ['link'],
    },
  ],
};

const key: ResourceCommand = {
  name: 'key',
  one: 'an API key',
  about: 'API keys',
  path: '/v1/api-keys',
  filters: [
    SEARCH,
    ORDER,
    { flag: 'enabled', name: 'enabled', type: 'boolean', about: 'those that work, or the others' },
    { flag: 'scope', name: 'scope', type: 'text', about: 'those that have it' },
    { flag: 'kind', name: 'kind', type: 'text', about: 'bearer or protectimus' },
  ],
  columns: ['id', 'name', 'kind', 'prefix', 'scopes', 'enabled', 'expiresAt', 'lastUsedAt'],
  verbs: ['list', 'show', 'create', 'update', 'delete'],
  shownOnce: ['text'],
  fields: [
    { flag: 'name', name: 'name', type: 'text', on: both, about: 'what it is called', required: true },
    {
      flag: 'scopes',
      name: 'scopes',
      type: 'list',
      on: both,
      about: 'of authenticate, read, write and administer, separated by commas; a key of Protectimus has none',
    },
    {
      flag: 'kind',
      name: 'kind',
      type: 'text',
      on: create,
      about: 'bearer, or protectimus for client libraries of Protectimus',
    },
    {
      flag: 'administrator',
      name: 'administrator',
      type: 'text',
      on: create,
      about: 'of a key of Protectimus: the id of whose it is',
    },
    {
      flag: 'from',
      name: 'addressRanges',
      type: 'narrowing',
      on: both,
      about: 'of a key of Protectimus: addresses and ranges that it is taken from',
      none: '`none`: from everywhere',
    },
    {
      flag: 'resources',
      name: 'resources',
      type: 'narrowing',
      on: both,
      about: 'only for sign-ins to these',
      none: '`none`: for all',
    },
    { flag: 'lifetime', name: 'lifetimeMs', type: 'duration', on: create, about: 'how long it works: 365d' },
    { flag: 'enabled', name: 'enabled', type: 'boolean', on: update, about: 'whether it works' },
    { flag: 'expires', name: 'expiresAt', type: 'time', on: update, about: 'until when it works' },
  ],
  actions: [
    {
      verb: 'rotate',
      about: 'give one another secret',
      method: 'POST',
      path: '/v1/api-keys/{id}/rotate',
      fields: [
        {
          flag: 'overlap',
          name: 'overlapMs',
          type: 'duration',
          about: 'how long the secret before works on, 7d at most; 0 when it has leaked',
          required: true,
        },
      ],
      shownOnce: ['text'],
    },
  ],
};

const webhook: ResourceCommand = {
  name: 'webhook',
  one: 'a webhook',
  about: 'where events are sent',
  path: '/v1/webhooks',
  filters: [
    SEARCH,
    ORDER,
    { flag: 'enabled', name: 'enabled', type: 'boolean', about: 'those that send, or the others' },
  ],
  columns: ['id', 'url', 'enabled', 'events', 'resources'],
  verbs: ['list', 'show', 'create', 'update', 'delete'],
  shownOnce: ['secret'],
  fields: [
    { flag: 'target', name: 'url', type: 'text', on: both, about: 'https, a public address', required: true },
    {
      flag: 'description',
      name: 'description',
      type: 'text',
      on: both,
      about: 'what it is for',
      none: '`none` removes it',
    },
    { flag: 'events', name: 'events', type: 'narrowing', on: both, about: 'only these types', none: '`none`: all' },
    {
      flag: 'resources',
      name: 'resources',
      type: 'narrowing',
      on: both,
      about: 'only about these',
      none: '`none`: all',
    },
    { flag: 'enabled', name: 'enabled', type: 'boolean', on: both, about: 'whether anything new is sent' },
  ],
  actions: [
    {
      verb: 'rotate',
      about: 'give one another secret',
      method: 'POST',
      path: '/v1/webhooks/{id}/rotate',
      fields: [
        {
          flag: 'overlap',
          name: 'overlapMs',
          type: 'duration',
          about: 'how long the old secret signs along, 7d at most; 0 when it has leaked',
          required: true,
        },
      ],
      shownOnce: ['secret'],
    },
    { verb: 'test', about: 'send a test event now', method: 'POST', path: '/v1/webhooks/{id}/test' },
    {
      verb: 'deliveries',
      about: 'list what was sent and what waits, newest first',
      method: 'GET',
      path: '/v1/webhooks/{id}/deliveries',
      filters: [
        { flag: 'state', name: 'state', type: 'text', about: 'dead: dead letters alone' },
        { flag: 'type', name: 'type', type: 'text', about: 'type of the event' },
        ORDER,
      ],
      rows: {
        in: 'items',
        columns: ['id', 'type', 'state', 'attempts', 'nextAttemptAt', 'lastAttempt', 'createdAt'],
        paged: true,
      },
    },
    {
      verb: 'replay',
      about: 'send deliveries again',
      method: 'POST',
      path: '/v1/webhooks/{id}/replay',
      fields: [
        {
          flag: 'deliveries',
          name: 'deliveries',
          type: 'deliveries',
          about: 'ids of deliveries, or `dead` for all dead letters, 500 at a time',
          required: true,
        },
      ],
    },
  ],
};

export const ACCESS: readonly ResourceCommand[] = [admin, key, webhook];
