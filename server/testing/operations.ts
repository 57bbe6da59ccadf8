import { API_SCOPES } from '../domain/api-key.ts';
import { assign } from './acting.ts';
import { administratorSamples } from './administrator-samples.ts';
import { addAdministrator } from './administrators.ts';
import type { Service } from './http-service.ts';
import type { Sample, SampleScene } from './sample.ts';
import { addToken, must, NONCE, PASSWORD, setScene } from './scene.ts';

export type { Sample, SampleScene } from './sample.ts';

/** One operation of the OpenAPI document. */
export interface Operation {
  method: string;
  /** As in the document: `/users/{id}`. */
  path: string;
  scope: string;
  /** Who comes in: an API key (and mostly a session too), a session alone, or whoever. */
  entrance: 'key' | 'session' | 'open';
  takesBody: boolean;
  /** `POST /users`. */
  name: string;
}

interface Described {
  paths: Record<
    string,
    Record<string, { security?: Record<string, string[]>[]; requestBody?: { required?: boolean } }>
  >;
}

export async function operationsOf(service: Service): Promise<Operation[]> {
  const document = (await (await service.call('GET /v1/openapi.json')).json()) as Described;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security, requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      scope: security?.[0]?.apiKey?.[0] ?? 'none',
      entrance: security?.[0] === undefined ? 'open' : security[0].apiKey ? 'key' : 'session',
      takesBody: requestBody !== undefined,
      name: `${method.toUpperCase()} ${path}`,
    })),
  );
}

export async function sampleScene(service: Service): Promise<SampleScene> {
  const scene = await setScene(service.ports, { tokens: [{}], alone: true });
  const key = await service.keyFor(scene.account, [...API_SCOPES]);
  const rule = { kind: 'ip', mode: 'allow', ranges: ['203.0.113.0/24'] };
  const made = await service.call('POST /v1/filters', { key, body: { name: 'office', rule } });
  const { id: filter } = (await made.json()) as { id: string };
  const fob = await addToken(service.ports, scene.account, { kind: 'hotp', owner: scene.user.id });
  const email = 'superuser@acme.example';
  const superuser = await addAdministrator(service.ports, scene.account, { email, superuser: true });
  return { ...scene, filter, key, fob, superuser };
}

/** A right request for every operation. An operation without one fails the tests that go through all of them. */
export const samples: Record<string, (scene: SampleScene) => Sample | Promise<Sample>> = {
  'POST /authentications': ({ resource }) => ({
    body: { resource: resource.id, method: 'password', user: 'alice', password: PASSWORD },
    status: 200,
  }),
  'POST /results/consume': ({ resource }) => ({
    body: { resource: resource.id, result: 'a.b.c', nonce: NONCE },
    // A right shape; that there is no such result is said afterwards.
    status: 403,
  }),
  'POST /login-requests': ({ resource }) => ({
    body: { resource: resource.id, user: 'alice', nonce: NONCE, passwordChecked: true },
    status: 201,
  }),
  'POST /resources': () => ({ body: { name: 'Shop' }, status: 201 }),
  'GET /resources': () => ({ status: 200 }),
  'GET /resources/{id}': ({ resource }) => ({ id: resource.id, status: 200 }),
  'PATCH /resources/{id}': ({ resource }) => ({ id: resource.id, body: { name: 'Shop' }, status: 200 }),
  'POST /users': () => ({ body: { login: `user-${sequence++}` }, status: 201 }),
  'GET /users': () => ({ status: 200 }),
  'GET /users/{id}': ({ user }) => ({ id: user.id, status: 200 }),
  'PATCH /users/{id}': ({ user }) => ({ id: user.id, body: { firstName: 'Alice' }, status: 200 }),
  'POST /tokens': () => ({ body: { name: 'phone', kind: 'totp' }, status: 201 }),
  'GET /tokens': () => ({ status: 200 }),
  'GET /tokens/{id}': ({ tokens }) => ({ id: tokens[0]?.id ?? '', status: 200 }),
  'PATCH /tokens/{id}': ({ tokens }) => ({ id: tokens[0]?.id ?? '', body: { name: 'phone' }, status: 200 }),
  'POST /tokens/{id}/resync': async ({ fob }) => ({
    id: fob.id,
    body: { otps: [await fob.code(), await fob.code(1)] },
    status: 200,
  }),
  'POST /assignments': ({ resource, user }) => ({ body: { resource: resource.id, user: user.id }, status: 201 }),
  'DELETE /assignments': async ({ ports, account, resource }) => {
    const { id } = await addToken(ports, account, {});
    must(await assign(ports, { account, resource: resource.id, token: id }));
    return { query: `resource=${resource.id}&token=${id}`, status: 204 };
  },
  'POST /filters': () => ({
    body: { name: 'office', rule: { kind: 'ip', mode: 'allow', ranges: ['203.0.113.7'] } },
    status: 201,
  }),
  'GET /filters': () => ({ status: 200 }),
  'GET /filters/{id}': ({ filter }) => ({ id: filter, status: 200 }),
  ...administratorSamples,
};
let sequence = 0;

/** The address of an operation below `/v1`, with its path's parameter filled in. */
export function addressOf({ method, path }: Operation, { id, query }: Sample): string {
  const filled = path.replace(/\{\w+\}/, id ?? 'missing');
  return `${method} /v1${filled}${query ? `?${query}` : ''}`;
}
