import type { Noun } from './noun.ts';

const both = ['create', 'update'] as const;
const create = ['create'] as const;
const update = ['update'] as const;

const resource: Noun = {
  name: 'resource',
  about: 'sites and systems to sign in to',
  path: '/v1/resources',
  columns: ['id', 'name', 'enabled', 'methodPolicy', 'allowedOrigins'],
  verbs: ['list', 'show', 'create', 'update', 'delete'],
  fields: [
    { flag: 'name', name: 'name', type: 'text', on: both, about: 'what people read above the sign-in', required: true },
    { flag: 'enabled', name: 'enabled', type: 'boolean', on: both, about: 'whether anybody may sign in' },
    {
      flag: 'origin',
      name: 'allowedOrigins',
      type: 'list',
      on: both,
      about: 'origins that may embed the widget, separated by commas',
    },
    {
      flag: 'allow-localhost',
      name: 'allowLocalhost',
      type: 'boolean',
      on: both,
      about: 'any port of localhost as well',
    },
    {
      flag: 'method-policy',
      name: 'methodPolicy',
      type: 'text',
      on: both,
      about: 'auto, password, otp or password-otp',
    },
    {
      flag: 'failed-attempts',
      name: 'failedAttemptsBeforeLock',
      type: 'number',
      on: both,
      about: 'wrong codes a token may show, 3 to 10',
    },
    { flag: 'result-lifetime', name: 'resultLifetimeMs', type: 'number', on: both, about: 'life of a result in ms' },
    {
      flag: 'environment',
      name: 'environment',
      type: 'json',
      on: both,
      about: 'how browsers are compared, as JSON, as in the API; `null`: not at all',
    },
    {
      flag: 'remember',
      name: 'rememberMs',
      type: 'json',
      on: both,
      about: 'how long a consumed result can be built upon, in ms; `null`: not at all',
    },
    { flag: 'geo-filter', name: 'geoFilter', type: 'text', on: both, about: 'id of a filter; `none` takes it off' },
    { flag: 'time-filter', name: 'timeFilter', type: 'text', on: both, about: 'id of a filter; `none` takes it off' },
    { flag: 'ip-filter', name: 'ipFilter', type: 'text', on: both, about: 'id of a filter; `none` takes it off' },
  ],
};

const user: Noun = {
  name: 'user',
  about: 'people who sign in',
  path: '/v1/users',
  columns: ['id', 'login', 'email', 'blocked', 'hasPassword'],
  verbs: ['list', 'show', 'create', 'update', 'delete'],
  fields: [
    { flag: 'login', name: 'login', type: 'text', on: both, about: 'the name they type', required: true },
    { flag: 'alias', name: 'alias', type: 'text', on: both, about: 'another name' },
    { flag: 'email', name: 'email', type: 'text', on: both, about: 'e-mail address' },
    { flag: 'phone', name: 'phone', type: 'text', on: both, about: 'phone number' },
    { flag: 'first-name', name: 'firstName', type: 'text', on: both, about: 'first name' },
    { flag: 'second-name', name: 'secondName', type: 'text', on: both, about: 'second name' },
    {
      flag: 'password-stdin',
      name: 'password',
      type: 'secret',
      on: both,
      about: 'read the password from standard input',
    },
    { flag: 'blocked', name: 'blocked', type: 'boolean', on: update, about: 'whether they are kept out' },
  ],
};

const token: Noun = {
  name: 'token',
  about: 'what makes one-time passwords',
  path: '/v1/tokens',
  columns: ['id', 'name', 'kind', 'state', 'owner', 'serial'],
  verbs: ['list', 'show', 'create', 'update', 'delete'],
  shownOnce: ['secret', 'otpauthUri'],
  fields: [
    { flag: 'name', name: 'name', type: 'text', on: both, about: 'what it is called', required: true },
    { flag: 'kind', name: 'kind', type: 'text', on: create, about: 'totp or hotp', required: true },
    { flag: 'owner', name: 'owner', type: 'text', on: both, about: 'id of its user; `none` for nobody' },
    { flag: 'serial', name: 'serial', type: 'text', on: create, about: 'serial number' },
    { flag: 'algorithm', name: 'algorithm', type: 'text', on: create, about: 'SHA1, SHA256 or SHA512' },
    { flag: 'digits', name: 'digits', type: 'number', on: create, about: '6 or 8' },
    { flag: 'period', name: 'periodMs', type: 'number', on: create, about: 'time step in ms' },
    { flag: 'counter', name: 'counter', type: 'number', on: create, about: 'next counter of HOTP' },
    {
      flag: 'secret-stdin',
      name: 'secret',
      type: 'secret',
      on: create,
      about: 'read the seed (base32) from standard input',
    },
    { flag: 'enabled', name: 'enabled', type: 'boolean', on: update, about: 'false: takes no part in authentication' },
    { flag: 'locked', name: 'locked', type: 'boolean', on: update, about: 'false: unlock and forgive failures' },
    {
      flag: 'expires',
      name: 'expiresAt',
      type: 'time',
      on: both,
      about: 'a date such as 2030-01-31; `none` for never',
    },
  ],
};

const filter: Noun = {
  name: 'filter',
  about: 'countries, times and addresses from where sign-in is allowed',
  path: '/v1/filters',
  columns: ['id', 'name', 'rule'],
  verbs: ['list', 'show', 'create', 'update', 'delete'],
  fields: [
    { flag: 'name', name: 'name', type: 'text', on: both, about: 'what it is called', required: true },
    { flag: 'rule', name: 'rule', type: 'json', on: both, about: 'the rule as JSON, as in the API', required: true },
  ],
};

/** Every noun of the command line. */
export const NOUNS: readonly Noun[] = [resource, user, token, filter];
