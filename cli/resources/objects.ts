import { EVENT_FILTERS } from './filters.ts';
import { OVERLAP } from './overlap.ts';
import type { Action, ResourceCommand } from './resource-command.ts';

const ALL_VERBS = ['list', 'show', 'create', 'update', 'delete'] as const;
const EVENT_COLUMNS = ['at', 'type', 'outcome', 'reason', 'resource', 'actor.kind', 'actor.id', 'address'];
const history = (path: string): Action => ({
  verb: 'history',
  about: 'what happened to one, newest first',
  request: `GET ${path}/{id}/events`,
  flags: { ...EVENT_FILTERS, type: 'such as token.updated' },
  rows: { in: 'items', columns: EVENT_COLUMNS, paged: true },
});

const resource: ResourceCommand = {
  name: 'resource',
  one: 'a resource',
  about: 'sites and systems to sign in to',
  path: '/v1/resources',
  columns: ['id', 'name', 'enabled', 'methodPolicy', 'allowedOrigins'],
  verbs: ALL_VERBS,
  flags: {
    name: 'the name above the sign-in',
    enabled: 'whether users can sign in',
    allowedOrigins: { flag: 'origin', about: 'origins that may embed the widget, separated by commas' },
    failedAttemptsBeforeLock: { flag: 'failed-attempts', about: 'wrong codes before a token locks, 3 to 10' },
    resultLifetimeMs: 'lifetime of a result',
    enrolment: { about: 'how users set up tokens themselves, as JSON', none: 'off' },
    selfService: { about: 'what users can change about themselves, as JSON', none: 'nothing' },
    appearance: { about: 'the look of the sign-in, hosted pages and mails, as JSON', none: 'the usual look' },
    links: { about: 'links to privacy, terms, help and support, as JSON', none: 'none' },
    redirectUris: { flag: 'redirect-uri', about: 'addresses that the hosted page may post to, separated by commas' },
    appRedirectUris: {
      flag: 'app-redirect-uri',
      about: 'addresses of native apps that the hosted page may redirect to, separated by commas',
    },
    testMode: 'pass, fail or expire: makes a resource for tests, permanently',
    environment: { about: 'how browsers are compared, as JSON', none: 'not at all' },
    resultClaims: { about: 'user data in results, as JSON', none: 'nothing' },
    rememberMs: { about: 'how long a login request can build on a consumed result, at most 12h', none: 'not at all' },
    trustedBrowserDays: { about: 'how many days users can trust a browser, 1 to 30', none: 'not at all' },
    firstFactor: 'the first factor in the widget: password, or mailed-code in its place',
    signInNotices: 'whether users are mailed about sign-ins from a new browser or network',
    breachedPasswords: 'at a sign-in with a breached password: off, warn or refuse',
    geoFilter: 'id of a filter',
    timeFilter: 'id of a filter',
    ipFilter: 'id of a filter',
  },
  actions: [
    {
      verb: 'set-logo',
      request: 'POST /v1/resources/{id}/logo',
      flags: { image: { type: 'file', about: 'PNG or WebP, at most 32 kB' } },
    },
    { verb: 'remove-logo', request: 'DELETE /v1/resources/{id}/logo', said: 'removed' },
    {
      verb: 'texts',
      about: 'the texts that users see, and those of the resource',
      request: 'GET /v1/resources/{id}/texts',
      rows: { in: 'texts', columns: ['key', 'variables', 'own', 'inFiles', 'ours'] },
    },
    {
      verb: 'set-texts',
      about: 'replace texts in one language, or restore the default',
      request: 'PATCH /v1/resources/{id}/texts',
      flags: { texts: 'texts by key, as JSON; null restores the text of the service' },
    },
    {
      verb: 'preview-text',
      about: 'preview a text before you save it',
      request: 'POST /v1/resources/{id}/texts/preview',
    },
    { verb: 'hook', request: 'GET /v1/resources/{id}/hook' },
    {
      verb: 'set-hook',
      request: 'POST /v1/resources/{id}/hook',
      flags: {
        url: { flag: 'target', about: 'https, a public address' },
        onFailure: 'deny or allow if there is no valid answer within 2 seconds',
      },
      shownOnce: ['secret'],
    },
    { verb: 'rotate-hook', request: 'POST /v1/resources/{id}/hook/rotate', flags: OVERLAP, shownOnce: ['secret'] },
    { verb: 'test-hook', request: 'POST /v1/resources/{id}/hook/test' },
    { verb: 'remove-hook', request: 'DELETE /v1/resources/{id}/hook', said: 'removed' },
  ],
};

const user: ResourceCommand = {
  name: 'user',
  one: 'a user',
  about: 'people who sign in',
  path: '/v1/users',
  columns: ['id', 'login', 'email', 'blocked', 'hasPassword', 'lastSignIn'],
  verbs: ALL_VERBS,
  calledBy: 'names',
  filters: { blocked: 'only blocked users, or only others', externalId: 'only the one with this id in your records' },
  flags: {
    login: 'login',
    alias: 'alias',
    email: 'email address',
    phone: 'phone number',
    firstName: 'first name',
    secondName: 'second name',
    externalId: 'id in your own records',
    metadata: 'metadata, as a JSON object',
    needsConfirmation: '`false` confirms the user after a password reset by a link',
    password: { flag: 'password-stdin', type: 'secret', about: 'read the password from standard input' },
    passwordHash: {
      flag: 'password-hash-stdin',
      type: 'secret-json',
      about: 'read a password hash of another system from standard input',
    },
    apiSupport: 'whether the user can sign in over the API',
    blocked: 'whether the user is blocked',
  },
  actions: [
    { verb: 'reset-password', request: 'POST /v1/users/{id}/password-reset' },
    { verb: 'enrol-link', request: 'POST /v1/users/{id}/enrolment-link' },
    { verb: 'lost-device', request: 'POST /v1/users/{id}/lost-device' },
    {
      verb: 'link',
      request: 'POST /v1/links',
      flags: { user: { type: 'user', about: 'its user' }, validForMs: { flag: 'valid-for' } },
      shownOnce: ['link'],
    },
    {
      verb: 'environments',
      about: 'list the browsers of a user that are remembered',
      request: 'GET /v1/users/{id}/environments',
      rows: { in: 'environments', columns: ['resource', 'firstSeenAt', 'lastSeenAt'] },
    },
    { verb: 'forget-environments', request: 'DELETE /v1/users/{id}/environments', said: 'forgotten' },
    {
      verb: 'trusted-browsers',
      about: 'list the browsers in which a user is not asked for a code',
      request: 'GET /v1/users/{id}/trusted-browsers',
      rows: {
        in: 'browsers',
        columns: ['id', 'resource', 'createdAt', 'usedAt', 'expiresAt', 'address', 'browser', 'platform'],
      },
    },
    {
      verb: 'end-trust',
      request: 'DELETE /v1/users/{id}/trusted-browsers',
      flags: { browser: 'only this browser' },
      said: 'ended',
    },
    {
      verb: 'erasure',
      about: 'show how far the erasure of a user is, by id',
      request: 'GET /v1/users/{id}/erasure',
    },
    history('/v1/users'),
  ],
};

const token: ResourceCommand = {
  name: 'token',
  one: 'a token',
  about: 'what makes one-time passwords',
  path: '/v1/tokens',
  columns: ['id', 'name', 'kind', 'enabled', 'locked', 'owner', 'serial'],
  verbs: ALL_VERBS,
  shownOnce: ['secret', 'otpauthUri', 'recoveryCodes'],
  filters: { owner: { type: 'user', about: 'tokens of a user' }, resource: 'tokens assigned to it without a user' },
  flags: {
    name: { about: 'name', required: true },
    to: 'sms and email: where codes go, such as +4915112345678',
    owner: { type: 'user', about: 'its user', none: 'no user' },
    serial: 'serial number',
    digits: { type: 'number', about: '6 or 8' },
    periodMs: 'time step of TOTP',
    counter: 'next counter of HOTP, or of an OCRA suite with one',
    suite: 'OCRA suite, such as OCRA-1:HOTP-SHA256-8:QN08-T1M',
    suitePin: { flag: 'suite-pin-stdin', type: 'secret', about: 'read the PIN of an OCRA suite from standard input' },
    secret: { flag: 'secret-stdin', type: 'secret', about: 'read the seed (base32) from standard input' },
    'pin.digits': { flag: 'pin-stdin', type: 'secret', about: 'read a PIN of four digits from standard input' },
    'pin.position': { flag: 'pin-position', type: 'text', about: 'typed before or after the code' },
    pin: { type: 'removal', on: 'PATCH', about: '`none` removes the PIN' },
    apiSupport: 'whether its codes are accepted over the API',
    expiresAt: { about: 'a date such as 2030-01-31', none: 'never' },
  },
  actions: [
    {
      verb: 'resync-questions',
      about: 'ask a device two questions; `resync` takes its answers',
      request: 'POST /v1/tokens/{id}/resync-questions',
    },
    {
      verb: 'resync',
      about: 'resynchronize a token with two codes in a row',
      request: 'POST /v1/tokens/{id}/resync',
      flags: { otps: { flag: 'codes-stdin', type: 'secrets', about: 'read the two codes from standard input' } },
    },
    {
      verb: 'check',
      request: 'POST /v1/tokens/{id}/check',
      flags: { otp: { flag: 'code-stdin', type: 'secret', about: 'read the code from standard input' } },
    },
    history('/v1/tokens'),
  ],
};

const filter: ResourceCommand = {
  name: 'filter',
  one: 'a filter',
  about: 'countries, times and addresses from where sign-in is allowed',
  path: '/v1/filters',
  columns: ['id', 'name', 'rule'],
  verbs: ALL_VERBS,
  flags: {
    name: 'name',
    'rule.kind': { flag: 'kind', type: 'text', on: 'POST', about: 'geo, time or ip' },
    'rule.mode': { flag: 'mode', type: 'text', about: 'geo, ip: allow or deny what is listed' },
    'rule.countries': { flag: 'countries', type: 'list', about: 'geo: such as AT,DE' },
    'rule.unlocated': { flag: 'unlocated', type: 'text', about: 'geo: allow or deny addresses without a country' },
    'rule.ranges': { flag: 'ranges', type: 'list', about: 'ip: such as 203.0.113.0/24,2001:db8::/32' },
    'rule.zone': { flag: 'zone', type: 'text', about: 'time: such as Europe/Vienna' },
    'rule.windows': {
      flag: 'times',
      type: 'windows',
      about: 'time: such as "mon-fri 08:00-18:00; sat 09:00-12:00"',
    },
    rule: { required: false, about: 'the whole rule, as JSON' },
  },
};

export const OBJECTS: readonly ResourceCommand[] = [resource, user, token, filter];
