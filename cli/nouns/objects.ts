import { ORDER, PERIOD, SEARCH } from './narrowing.ts';
import type { Flag, Noun } from './noun.ts';

const both = ['create', 'update'] as const;
const create = ['create'] as const;
const update = ['update'] as const;

const byName: readonly Flag[] = [SEARCH, { flag: 'sort', name: 'sort', type: 'text', about: 'created or name' }, ORDER];
const EVENT_COLUMNS = ['at', 'type', 'outcome', 'reason', 'resource', 'actor.kind', 'actor.id', 'address'];
const history = (path: string) => ({
  verb: 'history',
  about: 'what happened to one, newest first',
  method: 'GET' as const,
  path: `${path}/{id}/events`,
  filters: [
    { flag: 'type', name: 'type', type: 'text', about: 'such as token.updated' },
    { flag: 'outcome', name: 'outcome', type: 'text', about: 'done, granted or refused' },
    { flag: 'reason', name: 'reason', type: 'text', about: 'code of a refusal' },
    { flag: 'resource', name: 'resource', type: 'text', about: 'id of a resource' },
    ...PERIOD,
  ] satisfies Flag[],
  rows: { in: 'items', columns: EVENT_COLUMNS, paged: true },
});

const resource: Noun = {
  name: 'resource',
  one: 'a resource',
  about: 'sites and systems to sign in to',
  path: '/v1/resources',
  columns: ['id', 'name', 'enabled', 'methodPolicy', 'allowedOrigins'],
  verbs: ['list', 'show', 'create', 'update', 'delete'],
  filters: byName,
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
    { flag: 'allow-localhost', name: 'allowLocalhost', type: 'boolean', on: both, about: 'any port of localhost too' },
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
    { flag: 'result-lifetime', name: 'resultLifetimeMs', type: 'duration', on: both, about: 'life of a result' },
    {
      flag: 'password-reset',
      name: 'passwordReset',
      type: 'boolean',
      on: both,
      about: 'whether people may have a link to a new password mailed',
    },
    {
      flag: 'passkey-sign-in',
      name: 'passkeySignIn',
      type: 'boolean',
      on: both,
      about: 'whether people may sign in with a passkey alone',
    },
    {
      flag: 'token-kinds',
      name: 'tokenKinds',
      type: 'list',
      on: both,
      about: 'kinds of tokens that count: of webauthn, totp, hotp, ocra, sms, email and recovery',
    },
    {
      flag: 'redirect-uri',
      name: 'redirectUris',
      type: 'list',
      on: both,
      about: 'addresses of yours that our own page may send results to, separated by commas',
    },
    {
      flag: 'test-mode',
      name: 'testMode',
      type: 'text',
      on: create,
      about: 'pass, fail or expire: for tests of your pages, for good',
    },
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
      type: 'duration',
      on: both,
      about: 'how long a consumed result can be built upon, at most 12h; `none`: not at all',
    },
    { flag: 'geo-filter', name: 'geoFilter', type: 'text', on: both, about: 'id of a filter; `none` takes it off' },
    { flag: 'time-filter', name: 'timeFilter', type: 'text', on: both, about: 'id of a filter; `none` takes it off' },
    { flag: 'ip-filter', name: 'ipFilter', type: 'text', on: both, about: 'id of a filter; `none` takes it off' },
  ],
  actions: [
    {
      verb: 'set-logo',
      about: 'show a picture of yours above the sign-in',
      method: 'POST',
      path: '/v1/resources/{id}/logo',
      fields: [{ flag: 'image', name: 'image', type: 'file', about: 'PNG or WebP, at most 32 kB', required: true }],
    },
    {
      verb: 'remove-logo',
      about: 'take it away',
      method: 'DELETE',
      path: '/v1/resources/{id}/logo',
      said: 'removed',
    },
  ],
};

const user: Noun = {
  name: 'user',
  one: 'a user',
  about: 'people who sign in',
  path: '/v1/users',
  columns: ['id', 'login', 'email', 'blocked', 'hasPassword'],
  verbs: ['list', 'show', 'create', 'update', 'delete'],
  calledBy: 'names',
  filters: [
    ...byName,
    { flag: 'blocked', name: 'blocked', type: 'boolean', about: 'those who are kept out, or the others' },
    { flag: 'resource', name: 'resource', type: 'text', about: 'those who are assigned to it' },
  ],
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
    {
      flag: 'password-hash-stdin',
      name: 'passwordHash',
      type: 'secret-json',
      on: create,
      about: 'read a password hash of another system from standard input',
    },
    { flag: 'api-support', name: 'apiSupport', type: 'boolean', on: both, about: 'whether they may sign in by API' },
    { flag: 'blocked', name: 'blocked', type: 'boolean', on: update, about: 'whether they are kept out' },
  ],
  actions: [
    {
      verb: 'reset-password',
      about: 'mail them a link to a new password',
      method: 'POST',
      path: '/v1/users/{id}/password-reset',
      fields: [{ flag: 'language', name: 'language', type: 'text', about: 'of the mail: en or de', required: true }],
    },
    {
      verb: 'environments',
      about: 'how many browsers of one are remembered, and since when',
      method: 'GET',
      path: '/v1/users/{id}/environments',
      rows: { in: 'environments', columns: ['resource', 'firstSeenAt', 'lastSeenAt'] },
    },
    {
      verb: 'forget-environments',
      about: 'forget all of them',
      method: 'DELETE',
      path: '/v1/users/{id}/environments',
      said: 'forgotten',
    },
    history('/v1/users'),
  ],
};

const token: Noun = {
  name: 'token',
  one: 'a token',
  about: 'what makes one-time passwords',
  path: '/v1/tokens',
  columns: ['id', 'name', 'kind', 'enabled', 'locked', 'owner', 'serial'],
  verbs: ['list', 'show', 'create', 'update', 'delete'],
  shownOnce: ['secret', 'otpauthUri', 'recoveryCodes'],
  filters: [
    ...byName,
    { flag: 'state', name: 'state', type: 'text', about: 'active, deactivated, locked, expired or out-of-step' },
    { flag: 'owner', name: 'owner', type: 'user', about: 'those of a user' },
    { flag: 'kind', name: 'kind', type: 'text', about: 'such as totp' },
    { flag: 'resource', name: 'resource', type: 'text', about: 'those it takes with no user' },
  ],
  fields: [
    { flag: 'name', name: 'name', type: 'text', on: both, about: 'what it is called', required: true },
    {
      flag: 'kind',
      name: 'kind',
      type: 'text',
      on: create,
      about: 'totp, hotp, ocra, sms, email or recovery',
      required: true,
    },
    { flag: 'to', name: 'to', type: 'text', on: both, about: 'sms and email: where codes go, such as +4915112345678' },
    { flag: 'owner', name: 'owner', type: 'user', on: both, about: 'its user; `none` for nobody' },
    { flag: 'serial', name: 'serial', type: 'text', on: create, about: 'serial number' },
    { flag: 'algorithm', name: 'algorithm', type: 'text', on: create, about: 'SHA1, SHA256 or SHA512' },
    { flag: 'digits', name: 'digits', type: 'number', on: create, about: '6 or 8' },
    { flag: 'period', name: 'periodMs', type: 'duration', on: create, about: 'time step of TOTP' },
    {
      flag: 'counter',
      name: 'counter',
      type: 'number',
      on: create,
      about: 'next counter of HOTP, or of a suite with one',
    },
    { flag: 'suite', name: 'suite', type: 'text', on: create, about: 'of ocra, such as OCRA-1:HOTP-SHA256-8:QN08-T1M' },
    {
      flag: 'suite-pin-stdin',
      name: 'suitePin',
      type: 'secret',
      on: create,
      about: 'of a suite with a PIN: read it from standard input',
    },
    {
      flag: 'secret-stdin',
      name: 'secret',
      type: 'secret',
      on: create,
      about: 'read the seed (base32) from standard input',
    },
    {
      flag: 'pin-stdin',
      name: 'pin.digits',
      type: 'secret',
      on: both,
      about: 'read a PIN of four digits from standard input',
    },
    { flag: 'pin-position', name: 'pin.position', type: 'text', on: both, about: 'typed before or after the code' },
    { flag: 'pin', name: 'pin', type: 'removal', on: update, about: '`none`: without a PIN from now on' },
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
  actions: [
    {
      verb: 'resync-questions',
      about: 'ask a device two questions; `resync` takes its answers',
      method: 'POST',
      path: '/v1/tokens/{id}/resync-questions',
    },
    {
      verb: 'resync',
      about: 'find its place again by two codes in a row',
      method: 'POST',
      path: '/v1/tokens/{id}/resync',
      fields: [
        {
          flag: 'codes-stdin',
          name: 'otps',
          type: 'secrets',
          about: 'read the two codes from standard input',
          required: true,
        },
      ],
    },
    history('/v1/tokens'),
  ],
};

const filter: Noun = {
  name: 'filter',
  one: 'a filter',
  about: 'countries, times and addresses from where sign-in is allowed',
  path: '/v1/filters',
  columns: ['id', 'name', 'rule'],
  verbs: ['list', 'show', 'create', 'update', 'delete'],
  filters: [...byName, { flag: 'kind', name: 'kind', type: 'text', about: 'geo, time or ip' }],
  fields: [
    { flag: 'name', name: 'name', type: 'text', on: both, about: 'what it is called', required: true },
    { flag: 'kind', name: 'rule.kind', type: 'text', on: create, about: 'geo, time or ip' },
    { flag: 'mode', name: 'rule.mode', type: 'text', on: both, about: 'geo, ip: allow or deny those that are listed' },
    { flag: 'countries', name: 'rule.countries', type: 'list', on: both, about: 'geo: such as AT,DE' },
    {
      flag: 'unlocated',
      name: 'rule.unlocated',
      type: 'text',
      on: both,
      about: 'geo: allow or deny addresses that no country has',
    },
    { flag: 'ranges', name: 'rule.ranges', type: 'list', on: both, about: 'ip: such as 203.0.113.0/24,2001:db8::/32' },
    { flag: 'zone', name: 'rule.zone', type: 'text', on: both, about: 'time: such as Europe/Vienna' },
    {
      flag: 'times',
      name: 'rule.windows',
      type: 'windows',
      on: both,
      about: 'time: such as "mon-fri 08:00-18:00; sat 09:00-12:00"',
    },
    { flag: 'rule', name: 'rule', type: 'json', on: both, about: 'all of the rule at once, as JSON' },
  ],
};

export const OBJECTS: readonly Noun[] = [resource, user, token, filter];
