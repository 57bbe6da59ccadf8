import { API_SCOPES } from '@countersign/protocol/api-keys';
import type { AccountId } from '../kernel/ids.ts';
import { eraseUser } from '../operations/personal-data/erase-user.ts';
import { setHook } from '../sign-in/rules/hook/change-hook.ts';
import { createWebhook } from '../webhooks/create-webhook.ts';
import { administratorSamples } from './administrator-samples.ts';
import { addAdministrator } from './administrators.ts';
import { assign, createApiKey, createFilter, operatorContext } from './as-operator.ts';
import type { Device } from './devices/device.ts';
import { ocraDevice } from './devices/ocra-device.ts';
import { giveSent } from './devices/sent-device.ts';
import { addResource, addToken, addUser, birth, createFixture, NONCE, PASSWORD, unwrap } from './fixtures.ts';
import type { Service } from './http-service.ts';
import { samplePng } from './images.ts';
import type { Sample, SampleFixture } from './sample.ts';
import type { TestPorts } from './test-ports.ts';
import { storeTrust } from './trust-fixture.ts';

export type { Sample, SampleFixture as SampleScene } from './sample.ts';

/** One operation of the OpenAPI document. */
export interface Operation {
  method: string;
  /** As in the document: `/users/{id}`. */
  path: string;
  /** Its `operationId`. */
  id: string;
  scope: string;
  /** Accepted credentials: an API key (and usually a session too), a session alone, or none. */
  entrance: 'key' | 'session' | 'open';
  takesBody: boolean;
  /** `POST /users`. */
  name: string;
}

interface Described {
  paths: Record<
    string,
    Record<string, { operationId: string; security?: Record<string, string[]>[]; requestBody?: { required?: boolean } }>
  >;
}

export async function operationsOf(service: Service): Promise<Operation[]> {
  const document = (await (await service.call('GET /v1/openapi.json')).json()) as Described;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, security, requestBody }]) => ({
      method: method.toUpperCase(),
      id: operationId,
      path,
      scope: security?.[0]?.apiKey?.[0] ?? 'none',
      entrance: security?.[0] === undefined ? 'open' : security[0].apiKey ? 'key' : 'session',
      takesBody: requestBody !== undefined,
      name: `${method.toUpperCase()} ${path}`,
    })),
  );
}

const HOOK_URL = 'https://hooks.shop.example/countersign';

/** The id of the sample's resource, with a hook. */
async function giveHook({ ports, account, resource }: SampleFixture): Promise<string> {
  unwrap(await setHook(ports, operatorContext(account), resource.id, { url: HOOK_URL, onFailure: 'deny' }));
  return resource.id;
}

export async function createSampleFixture(service: Service): Promise<SampleFixture> {
  const scene = await createFixture(service.ports, {
    tokens: [{}],
    alone: true,
    resource: { enrolment: { kinds: ['totp', 'webauthn'], required: false } },
  });
  const key = await service.keyFor(scene.account, [...API_SCOPES]);
  const rule = { kind: 'ip', mode: 'allow', ranges: ['203.0.113.0/24'] };
  const made = await service.call('POST /v1/filters', { key, body: { name: 'office', rule } });
  const { id: filter } = (await made.json()) as { id: string };
  const url = 'https://hooks.example/countersign';
  const { webhook } = (await (await service.call('POST /v1/webhooks', { key, body: { url } })).json()) as {
    webhook: { id: string };
  };
  const fob = await addToken(service.ports, scene.account, { kind: 'hotp', owner: scene.user.id });
  const { user } = await addUser(service.ports, scene.account, scene.resource, {
    user: { login: 'member', email: 'member@shop.example' },
  });
  const spareKey = await addKey(service.ports, scene.account);
  const email = 'superuser@acme.example';
  const superuser = await addAdministrator(service.ports, scene.account, { email, superuser: true });
  return { ...scene, filter, webhook: webhook.id, key, spareKey, fob, member: user.id, superuser };
}

/** A valid request for every operation. An operation without one fails the tests that cover all of them. */
export const samples: Record<string, (scene: SampleFixture) => Sample | Promise<Sample>> = {
  'POST /authentications': ({ resource }) => ({
    body: { resource: resource.id, method: 'password', user: 'alice', password: PASSWORD },
    status: 200,
  }),
  'POST /results/consume': ({ resource }) => ({
    body: { resource: resource.id, result: 'a.b.c', nonce: NONCE },
    // A valid format; the missing result is refused afterwards.
    status: 403,
  }),
  'POST /results/exchange': ({ resource }) => ({
    body: {
      resource: resource.id,
      code: 'flw_00000000000.x',
      codeVerifier: 'v'.repeat(43),
      redirectUri: 'com.example.shop:/',
    },
    // A valid format; the made-up code is refused afterwards.
    status: 403,
  }),
  'POST /login-requests': ({ resource }) => ({
    body: { resource: resource.id, user: 'alice', nonce: NONCE, passwordChecked: true },
    status: 201,
  }),
  'POST /transactions': async (scene) => {
    await deviceOf(scene);
    const fields = [{ label: 'Amount', value: '10.00 EUR' }];
    return { body: { resource: scene.resource.id, user: 'alice', nonce: NONCE, fields }, status: 201 };
  },
  'POST /challenges': async ({ ports, account, resource }) => {
    const { user } = await addUser(ports, account, resource, { user: { login: `asked-${sequence++}` } });
    await giveSent({ ports, account, resource, user }, 'email', `${user.login}@shop.example`);
    return { body: { resource: resource.id, user: user.login }, status: 200 };
  },
  'POST /environment/check': ({ resource }) => ({
    body: { resource: resource.id, user: 'alice', environment: { language: 'en-GB' } },
    status: 200,
  }),
  'POST /environment': ({ resource }) => ({
    body: { resource: resource.id, user: 'alice', environment: { language: 'en-GB' } },
    status: 204,
  }),
  'GET /users/{id}/data': ({ user }) => ({ id: user.id, status: 200 }),
  'POST /users/{id}/erasure': async ({ ports, account, resource }) => {
    const { user } = await addUser(ports, account, resource, { user: { login: `erased-${sequence++}` } });
    return { id: user.id, status: 202 };
  },
  'GET /users/{id}/erasure': async ({ ports, account, resource }) => {
    const { user } = await addUser(ports, account, resource, { user: { login: `erased-${sequence++}` } });
    unwrap(await eraseUser(ports, operatorContext(account), user.id));
    return { id: user.id, status: 200 };
  },
  'GET /users/{id}/environments': ({ user }) => ({ id: user.id, status: 200 }),
  'GET /users/{id}/trusted-browsers': ({ user }) => ({ id: user.id, status: 200 }),
  'DELETE /users/{id}/trusted-browsers': async (scene) => {
    await storeTrust(scene);
    return { id: scene.user.id, status: 204 };
  },
  'POST /users/{id}/lost-device': async ({ ports, account, resource }) => {
    const { user } = await addUser(ports, account, resource, { user: { login: `lost-${sequence++}` }, tokens: [{}] });
    return { id: user.id, body: { replacement: 'permission' }, status: 200 };
  },
  'DELETE /users/{id}/environments': ({ user }) => ({ id: user.id, status: 204 }),
  'POST /resources': () => ({ body: { name: 'Shop' }, status: 201 }),
  'GET /resources': () => ({ status: 200 }),
  'GET /resources/{id}': ({ resource }) => ({ id: resource.id, status: 200 }),
  'PATCH /resources/{id}': ({ resource }) => ({ id: resource.id, body: { name: 'Shop' }, status: 200 }),
  'POST /resources/{id}/logo': ({ resource }) => ({
    id: resource.id,
    body: { image: samplePng().toString('base64') },
    status: 200,
  }),
  'DELETE /resources/{id}/logo': ({ resource }) => ({ id: resource.id, status: 204 }),
  'GET /resources/{id}/texts': ({ resource }) => ({ id: resource.id, status: 200 }),
  'PATCH /resources/{id}/texts': ({ resource }) => ({
    id: resource.id,
    body: { language: 'en', texts: { 'sign-in.identifyTitle': 'Welcome' } },
    status: 200,
  }),
  'POST /resources/{id}/texts/preview': ({ resource }) => ({
    id: resource.id,
    body: { language: 'en', key: 'sign-in.identifyTitle', text: 'Welcome' },
    status: 200,
  }),
  'GET /resources/{id}/hook': async (scene) => ({ id: await giveHook(scene), status: 200 }),
  'POST /resources/{id}/hook': ({ resource }) => ({
    id: resource.id,
    body: { url: `${HOOK_URL}/${sequence++}` },
    status: 200,
  }),
  'DELETE /resources/{id}/hook': async (scene) => ({ id: await giveHook(scene), status: 204 }),
  'POST /resources/{id}/hook/rotate': async (scene) => ({
    id: await giveHook(scene),
    body: { overlapMs: 0 },
    status: 200,
  }),
  'POST /resources/{id}/hook/test': async (scene) => ({ id: await giveHook(scene), status: 200 }),
  'POST /users': () => ({ body: { login: `user-${sequence++}` }, status: 201 }),
  'GET /users': () => ({ status: 200 }),
  'GET /users/{id}': ({ user }) => ({ id: user.id, status: 200 }),
  'PATCH /users/{id}': ({ user }) => ({ id: user.id, body: { firstName: 'Alice' }, status: 200 }),
  'POST /users/{id}/password-reset': ({ member }) => ({ id: member, body: { language: 'en' }, status: 202 }),
  'POST /users/{id}/enrolment-link': ({ member, resource }) => ({
    id: member,
    body: { resource: resource.id, language: 'en' },
    status: 202,
  }),
  // Of a user without an address, whom no mail reaches.
  'POST /links': async ({ ports, account, resource }) => {
    const { user } = await addUser(ports, account, resource, { user: { login: `linked-${sequence++}` } });
    const body = { user: user.id, kind: 'enrolment', resource: resource.id, delivery: 'hand-over' };
    return { body, status: 201 };
  },
  'POST /tokens': () => ({ body: { name: 'phone', kind: 'totp' }, status: 201 }),
  'GET /tokens': () => ({ status: 200 }),
  'GET /tokens/{id}': ({ tokens }) => ({ id: tokens[0]?.id ?? '', status: 200 }),
  'PATCH /tokens/{id}': ({ tokens }) => ({ id: tokens[0]?.id ?? '', body: { name: 'phone' }, status: 200 }),
  'POST /tokens/{id}/check': async ({ fob }) => ({ id: fob.id, body: { otp: await fob.code() }, status: 200 }),
  'POST /tokens/{id}/resync': async ({ fob }) => ({
    id: fob.id,
    body: { otps: [await fob.code(), await fob.code(1)] },
    status: 200,
  }),
  'POST /tokens/{id}/resync-questions': async (scene) => ({ id: (await deviceOf(scene)).token, status: 200 }),
  'POST /assignments': ({ resource, user }) => ({ body: { resource: resource.id, user: user.id }, status: 201 }),
  'DELETE /assignments': async ({ ports, account, resource }) => {
    const { id } = await addToken(ports, account, {});
    unwrap(await assign(ports, { account, resource: resource.id, token: id }));
    return { query: `resource=${resource.id}&token=${id}`, status: 204 };
  },
  'POST /filters': () => ({
    body: { name: 'office', rule: { kind: 'ip', mode: 'allow', ranges: ['203.0.113.7'] } },
    status: 201,
  }),
  'GET /filters': () => ({ status: 200 }),
  'GET /account': () => ({ status: 200 }),
  'PATCH /account': () => ({ body: { name: 'Acme' }, status: 200 }),
  'GET /plan': () => ({ status: 200 }),
  'POST /plan': () => ({ body: { name: 'Free' }, status: 200 }),
  'GET /plans': () => ({ status: 200 }),
  'GET /balance': () => ({ status: 200 }),
  'GET /ledger': () => ({ status: 200 }),
  'GET /filters/{id}': ({ filter }) => ({ id: filter, status: 200 }),
  'GET /events': () => ({ status: 200 }),
  'GET /events/export': () => ({ status: 200 }),
  'GET /events/sealed': () => ({ status: 200 }),
  'GET /users/{id}/events': ({ user }) => ({ id: user.id, status: 200 }),
  'GET /tokens/{id}/events': ({ tokens }) => ({ id: tokens[0]?.id ?? '', status: 200 }),
  'GET /statistics': ({ resource }) => ({ query: `resource=${resource.id}`, status: 200 }),
  'GET /statistics/resources': () => ({ status: 200 }),
  'POST /webhooks': () => ({ body: { url: 'https://hooks.example/', events: ['user.created'] }, status: 201 }),
  'GET /webhooks': () => ({ status: 200 }),
  'GET /webhooks/{id}': ({ webhook }) => ({ id: webhook, status: 200 }),
  'PATCH /webhooks/{id}': ({ webhook }) => ({ id: webhook, body: { description: 'shop' }, status: 200 }),
  'DELETE /webhooks/{id}': async ({ ports, account }) => {
    const act = { actor: { kind: 'operator', account } } as const;
    const input = { url: 'https://hooks.example/', enabled: true };
    const made = unwrap(await createWebhook(ports, act, birth(ports, 'whk'), input));
    return { id: made.webhook.id, status: 204 };
  },
  'POST /webhooks/{id}/rotate': ({ webhook }) => ({ id: webhook, body: { overlapMs: 1000 }, status: 200 }),
  'POST /webhooks/{id}/test': ({ webhook }) => ({ id: webhook, status: 200 }),
  'GET /webhooks/{id}/deliveries': ({ webhook }) => ({ id: webhook, status: 200 }),
  'POST /webhooks/{id}/replay': ({ webhook }) => ({ id: webhook, body: { deliveries: 'dead' }, status: 200 }),
  'PATCH /filters/{id}': ({ filter }) => ({ id: filter, body: { name: 'office' }, status: 200 }),
  'DELETE /resources/{id}': async ({ ports, account }) => ({ id: (await addResource(ports, account)).id, status: 204 }),
  'DELETE /users/{id}': async ({ ports, account, resource }) => {
    const { user } = await addUser(ports, account, resource, { user: { login: `gone-${sequence++}` } });
    return { id: user.id, status: 204 };
  },
  'DELETE /tokens/{id}': async ({ ports, account }) => ({ id: (await addToken(ports, account, {})).id, status: 204 }),
  'DELETE /filters/{id}': async ({ ports, account }) => ({ id: await addFilter(ports, account), status: 204 }),
  'POST /bulk/users': () => ({ body: { rows: [{ login: `user-${sequence++}` }] }, status: 200 }),
  'POST /bulk/tokens': () => ({ body: { rows: [{ name: 'phone', kind: 'totp' }] }, status: 200 }),
  'POST /bulk/assignments': ({ resource, user }) => ({
    body: { rows: [{ resource: resource.id, user: user.id }] },
    status: 200,
  }),
  'POST /bulk/links': ({ member }) => ({
    body: { rows: [{ user: member, kind: 'password', delivery: 'mail' }] },
    status: 200,
  }),
  'POST /token-imports': () => ({
    body: { content: 'otpauth://totp/phone?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
    status: 200,
  }),
  'POST /api-keys': () => ({ body: { name: 'shop', scopes: ['authenticate'] }, status: 201 }),
  'GET /api-keys': () => ({ status: 200 }),
  'GET /api-keys/{id}': ({ spareKey }) => ({ id: spareKey, status: 200 }),
  'PATCH /api-keys/{id}': ({ spareKey }) => ({ id: spareKey, body: { name: 'shop' }, status: 200 }),
  'DELETE /api-keys/{id}': async ({ ports, account }) => ({ id: await addKey(ports, account), status: 204 }),
  'POST /api-keys/{id}/rotate': ({ spareKey }) => ({ id: spareKey, body: { overlapMs: 0 }, status: 200 }),
  'POST /explain': ({ resource }) => ({ body: { resource: resource.id, user: 'alice' }, status: 200 }),
  'GET /checklist': () => ({ status: 200 }),
  'GET /mail': () => ({ status: 200 }),
  'POST /mail/test': () => ({ body: { to: 'ada@shop.example' }, status: 200 }),
  ...administratorSamples,
};
let sequence = 0;

/** A challenge-response device of the fixture's user: one, since an assignment has a maximum number of tokens. */
function deviceOf(scene: SampleFixture): Promise<Device> {
  const made = devices.get(scene) ?? ocraDevice.give(scene);
  devices.set(scene, made);
  return made;
}
const devices = new WeakMap<SampleFixture, Promise<Device>>();

async function addKey(ports: TestPorts, account: AccountId): Promise<string> {
  const input = { account, name: 'shop', scopes: ['authenticate' as const], lifetimeMs: 3_600_000 };
  return unwrap(await createApiKey(ports, input)).key.id;
}

async function addFilter(ports: TestPorts, account: AccountId): Promise<string> {
  const rule = { kind: 'ip' as const, mode: 'allow' as const, ranges: ['203.0.113.7'] };
  return unwrap(await createFilter(ports, birth(ports, 'flt'), account, { name: 'office', rule })).filter.id;
}

/** The address of an operation below `/v1`, with its path parameter filled in. */
export function addressOf({ method, path }: Operation, { id, query }: Sample): string {
  const filled = path.replace(/\{\w+\}/, id ?? 'missing');
  return `${method} /v1${filled}${query ? `?${query}` : ''}`;
}
