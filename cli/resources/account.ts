import { activeDays } from './active-days.ts';
import { EVENT_FILTERS, PERIOD } from './filters.ts';
import type { Action, ResourceCommand } from './resource-command.ts';

const account: ResourceCommand = {
  name: 'account',
  one: 'the account',
  about: 'the account, and the accounts of this server',
  path: '/v1/account',
  columns: [],
  verbs: [],
  actions: [
    {
      verb: 'list',
      about: 'all accounts of this server',
      request: 'GET /operator/accounts',
      rows: { in: 'items', columns: ['id', 'name', 'plan.name', 'plan.active'] },
      operator: true,
    },
    {
      verb: 'create',
      about: 'create another account on this server',
      request: 'POST /operator/accounts',
      flags: { name: { about: 'name', required: true } },
      operator: true,
    },
    {
      verb: 'deletions',
      about: 'deleted accounts whose data is not all gone yet',
      request: 'GET /operator/account-deletions',
      rows: { in: 'items', columns: ['id', 'requestedAt'] },
      operator: true,
    },
    { verb: 'show', about: 'show the account', request: 'GET /v1/account' },
    {
      verb: 'update',
      request: 'PATCH /v1/account',
      flags: { name: 'name', masterKeyCopied: 'there is a copy of the master key' },
    },
  ],
};

const plan: ResourceCommand = {
  name: 'plan',
  one: 'the service plan',
  about: 'the service plan; without one no authentication works',
  path: '/v1/plan',
  columns: [],
  verbs: [],
  actions: [
    { verb: 'show', about: 'show the plan and its usage', request: 'GET /v1/plan' },
    {
      verb: 'list',
      request: 'GET /v1/plans',
      rows: { in: 'items', columns: ['name', 'monthlyFee', 'quotas'] },
    },
    {
      verb: 'choose',
      about: 'activate a plan, or change to another; the first month is charged at once',
      request: 'POST /v1/plan',
      flags: { name: 'name of a plan on offer' },
    },
  ],
};

const event: ResourceCommand = {
  name: 'event',
  one: 'an event',
  about: 'the audit log: what happened, who did it and how it ended',
  path: '/v1/events',
  columns: ['at', 'type', 'outcome', 'reason', 'subject', 'resource', 'actor.kind', 'actor.id'],
  verbs: ['list'],
  watched: true,
  filters: {
    ...EVENT_FILTERS,
    type: 'such as user.created',
    subject: 'id of what it happened to',
    actor: 'id of who did it',
  },
};

export const ACCOUNT: readonly ResourceCommand[] = [account, plan, event];

const DAYS = {
  from: 'first day, such as 2027-01-15',
  to: 'last day',
  days: { type: 'text', about: 'number of days up to the last, instead of a first day' },
} as const;

/** Commands of a single word. */
export const SINGLE: readonly Action[] = [
  { verb: 'balance', request: 'GET /v1/balance' },
  {
    verb: 'ledger',
    request: 'GET /v1/ledger',
    flags: PERIOD,
    rows: {
      in: 'items',
      columns: ['number', 'at', 'kind', 'amount', 'currency', 'reason', 'reference', 'balance'],
      paged: true,
    },
  },
  {
    verb: 'checklist',
    about: 'what is left to set up',
    request: 'GET /v1/checklist',
    rows: { in: 'items', columns: ['done', 'item', 'hint'] },
  },
  { verb: 'mail-status', request: 'GET /v1/mail' },
  {
    verb: 'mail-test',
    request: 'POST /v1/mail/test',
    flags: { to: 'where it goes' },
  },
  {
    verb: 'statistics',
    request: 'GET /v1/statistics',
    flags: { resource: 'of one resource', ...DAYS },
    rows: {
      in: 'days',
      columns: ['day', 'granted', 'refused', 'methods', 'factors', 'activeUsers.count', 'complete'],
      forPeople: activeDays,
      ifNone: 'no sign-ins in these days',
    },
  },
  {
    verb: 'resource-statistics',
    request: 'GET /v1/statistics/resources',
    flags: DAYS,
    rows: { in: 'items', columns: ['name', 'resource', 'granted', 'refused'], paged: true, atOnce: 50 },
  },
  {
    verb: 'explain',
    about: 'explain whether a user or token could sign in; nothing is counted',
    request: 'POST /v1/explain',
    flags: {
      resource: 'id of the resource',
      user: 'id or any name',
      address: 'address of the user',
      environment: 'signals of the browser, as JSON',
      at: { type: 'time', about: 'when; defaults to now' },
    },
    rows: { in: 'checks', columns: ['check', 'passed', 'code', 'kind', 'state', 'percent', 'reason', 'id'] },
  },
];
