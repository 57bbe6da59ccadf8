import { activeDays } from './active-days.ts';
import { ORDER, PERIOD } from './filters.ts';
import type { Action, ResourceCommand } from './resource-command.ts';

const account: ResourceCommand = {
  name: 'account',
  one: 'the account',
  about: 'the account, and the accounts of this server',
  path: '/v1/account',
  columns: [],
  verbs: [],
  fields: [],
  actions: [
    {
      verb: 'list',
      about: 'all accounts of this server',
      method: 'GET',
      path: '/operator/accounts',
      rows: { in: 'items', columns: ['id', 'name', 'plan.name', 'plan.active'] },
      operator: true,
    },
    {
      verb: 'create',
      about: 'make another account on this server',
      method: 'POST',
      path: '/operator/accounts',
      fields: [{ flag: 'name', name: 'name', type: 'text', about: 'what it is called', required: true }],
      operator: true,
    },
    { verb: 'show', about: 'show the account', method: 'GET', path: '/v1/account' },
    {
      verb: 'update',
      about: 'change the account',
      method: 'PATCH',
      path: '/v1/account',
      fields: [{ flag: 'name', name: 'name', type: 'text', about: 'what it is called' }],
    },
  ],
};

const plan: ResourceCommand = {
  name: 'plan',
  one: 'the service plan',
  about: 'the service plan, without which nobody signs in',
  path: '/v1/plan',
  columns: [],
  verbs: [],
  fields: [],
  actions: [
    { verb: 'show', about: 'show the plan and what is in use of it', method: 'GET', path: '/v1/plan' },
    {
      verb: 'list',
      about: 'the plans on offer',
      method: 'GET',
      path: '/v1/plans',
      rows: { in: 'items', columns: ['name', 'monthlyFee', 'quotas'] },
    },
    {
      verb: 'choose',
      about: 'activate a plan, or change to another; the first month is paid for at once',
      method: 'POST',
      path: '/v1/plan',
      fields: [{ flag: 'name', name: 'name', type: 'text', about: 'of a plan on offer', required: true }],
    },
  ],
};

const event: ResourceCommand = {
  name: 'event',
  one: 'an event',
  about: 'what happened, who did it and how it ended',
  path: '/v1/events',
  columns: ['at', 'type', 'outcome', 'reason', 'subject', 'resource', 'actor.kind', 'actor.id'],
  verbs: ['list'],
  fields: [],
  filters: [
    { flag: 'type', name: 'type', type: 'text', about: 'such as user.created' },
    { flag: 'outcome', name: 'outcome', type: 'text', about: 'done, granted or refused' },
    { flag: 'subject', name: 'subject', type: 'text', about: 'id of what it happened to' },
    { flag: 'actor', name: 'actor', type: 'text', about: 'id of who did it' },
    { flag: 'resource', name: 'resource', type: 'text', about: 'id of a resource' },
    { flag: 'reason', name: 'reason', type: 'text', about: 'code of a refusal' },
    ...PERIOD,
  ],
};

export const ACCOUNT: readonly ResourceCommand[] = [account, plan, event];

const DAYS = [
  { flag: 'from', name: 'from', type: 'text', about: 'first day, such as 2027-01-15' },
  { flag: 'to', name: 'to', type: 'text', about: 'last day' },
  { flag: 'days', name: 'days', type: 'text', about: 'so many with the last, in place of a first day' },
] as const;

/** Commands of a single word. */
export const SINGLE: readonly Action[] = [
  { verb: 'balance', about: 'what the account has', method: 'GET', path: '/v1/balance' },
  {
    verb: 'ledger',
    about: 'credits and debits, newest first',
    method: 'GET',
    path: '/v1/ledger',
    filters: [
      { flag: 'kind', name: 'kind', type: 'text', about: 'credit or debit' },
      { flag: 'reason', name: 'reason', type: 'text', about: 'payment, correction, fee or refund' },
      ...PERIOD,
      ORDER,
    ],
    rows: {
      in: 'items',
      columns: ['number', 'at', 'kind', 'amount', 'currency', 'reason', 'reference', 'balance'],
      paged: true,
    },
  },
  {
    verb: 'checklist',
    about: 'what is still to do until somebody can sign in',
    method: 'GET',
    path: '/v1/checklist',
    rows: { in: 'items', columns: ['done', 'item', 'hint'] },
  },
  {
    verb: 'statistics',
    about: 'sign-ins by day',
    method: 'GET',
    path: '/v1/statistics',
    filters: [{ flag: 'resource', name: 'resource', type: 'text', about: 'of one resource' }, ...DAYS],
    rows: {
      in: 'days',
      columns: ['day', 'granted', 'refused', 'methods', 'factors', 'activeUsers.count', 'complete'],
      forPeople: activeDays,
      ifNone: 'no sign-ins in these days',
    },
  },
  {
    verb: 'resource-statistics',
    about: 'sign-ins by resource',
    method: 'GET',
    path: '/v1/statistics/resources',
    filters: DAYS,
    rows: { in: 'items', columns: ['name', 'resource', 'granted', 'refused'], paged: true, atOnce: 50 },
  },
  {
    verb: 'explain',
    about: 'say whether somebody could sign in, and why not; nothing is counted',
    method: 'POST',
    path: '/v1/explain',
    fields: [
      { flag: 'resource', name: 'resource', type: 'text', about: 'where to', required: true },
      { flag: 'user', name: 'user', type: 'text', about: 'id or any name' },
      { flag: 'token', name: 'token', type: 'text', about: 'instead of a user: a token alone' },
      { flag: 'method', name: 'method', type: 'text', about: 'password, otp, password-otp or widget' },
      { flag: 'address', name: 'address', type: 'text', about: 'from where' },
      { flag: 'environment', name: 'environment', type: 'json', about: 'what the browser is like, as JSON' },
      { flag: 'acr', name: 'acr', type: 'text', about: '1 or 2: the level that a login request would demand' },
      { flag: 'at', name: 'at', type: 'time', about: 'when' },
    ],
    rows: { in: 'checks', columns: ['check', 'passed', 'code', 'kind', 'state', 'percent', 'reason', 'id'] },
  },
];
