import { API_SCOPES } from '@countersign/protocol/api-keys';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOperatorApp } from '../../composition/operator/operator-app.ts';
import { anotherSession, sessionHeaders } from '../../testing/administrators.ts';
import { type Call, openService, type Service } from '../../testing/http-service.ts';
import {
  addressOf,
  createSampleFixture,
  type Operation,
  operationsOf,
  type SampleScene,
  samples,
} from '../../testing/operations.ts';
import { operatorOptions } from '../../testing/operator-options.ts';

// What every operation answers to requests that it must refuse. A change of these tables is a change for clients: update them
// with `vitest -u` only if the change is intended.
let service: Service;
let scene: SampleScene;
beforeAll(async () => {
  service = await openService('recorded-answers');
  scene = await createSampleFixture(service);
});
afterAll(() => service.ports.close());

const FOREIGN = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
const JSON_TYPE = { 'content-type': 'application/json' };

interface Asked {
  operation: Operation;
  id: string | undefined;
  query: string | undefined;
  headers: Record<string, string> | undefined;
  body: Record<string, unknown> | undefined;
}

async function session(): Promise<Record<string, string>> {
  return sessionHeaders(await anotherSession(service.ports, scene.superuser));
}

/** The superuser's session or key, as the operation requires. */
async function admitted({ entrance }: Operation, headers: Record<string, string> = {}): Promise<Call> {
  if (entrance === 'key') return { key: scene.key, headers };
  return { headers: entrance === 'session' ? { ...(await session()), ...headers } : headers };
}

/** One column of the table each. Undefined if it does not apply to this operation. */
const QUESTIONS: Record<string, (requested: Asked) => Promise<[Call, Partial<Asked>?] | undefined>> = {
  'no credentials': async () => [{}],
  'no credentials, wrong body': async ({ body }) => (body ? [{ body: { typo: 1 } }] : undefined),
  'unknown key': async () => [{ key: `${scene.key.slice(0, -1)}0` }],
  'wrong scope': async ({ operation }) => [
    { key: await service.keyFor(scene.account, [...API_SCOPES.filter((scope) => scope !== operation.scope)]) },
  ],
  'key and session': async () => [{ key: scene.key, headers: await session() }],
  'session without CSRF': async () => {
    const { cookie = '' } = await session();
    return [{ headers: { cookie } }];
  },
  'foreign page': async () => [{ headers: FOREIGN }],
  'foreign page, session': async () => [{ headers: { ...(await session()), ...FOREIGN } }],
  'wrong body': async ({ operation, body }) =>
    body ? [await admitted(operation), { body: { ...body, typo: 1 } }] : undefined,
  'empty body': async ({ operation, body }) =>
    body ? [await admitted(operation, JSON_TYPE), { body: undefined }] : undefined,
  'malformed id': async ({ operation, id }) => (id ? [await admitted(operation), { id: '0' }] : undefined),
  'unknown id': async ({ operation, id }) =>
    id ? [await admitted(operation), { id: `${id.slice(0, 4)}00000000000` }] : undefined,
  'unknown parameter': async ({ operation }) => [await admitted(operation), { query: 'typo=1' }],
  'wrong method': async ({ operation }) => [await admitted(operation), { operation: { ...operation, method: 'PUT' } }],
  'wrong method, no credentials': async ({ operation }) => [{}, { operation: { ...operation, method: 'PUT' } }],
  'HEAD, no credentials': async ({ operation }) => [{}, { operation: { ...operation, method: 'HEAD' } }],
};

async function summaryOf(response: Response): Promise<string> {
  const text = await response.text();
  const code = /"code":"(\w+)"/.exec(text)?.[1];
  const allow = response.headers.get('allow');
  const challenge = response.headers.get('www-authenticate');
  return [response.status, code, allow && `(${allow})`, challenge && '+challenge'].filter(Boolean).join(' ');
}

async function answersOf(operation: Operation): Promise<string> {
  const make = samples[operation.name];
  if (!make) throw new Error(`no sample for ${operation.name}`);
  const cells: string[] = [];
  for (const ask of Object.values(QUESTIONS)) {
    const { id, query, headers, body } = await make(scene);
    const request: Asked = { operation, id, query, headers, body };
    const question = await ask(request);
    if (!question) {
      cells.push('-');
      continue;
    }
    const [call, changes = {}] = question;
    const sent = { ...request, ...changes };
    const sample = { status: 0, ...(sent.id && { id: sent.id }), ...(sent.query && { query: sent.query }) };
    const response = await service.call(addressOf(sent.operation, sample), {
      ...(sent.body && sent.operation.method !== 'HEAD' && { body: sent.body }),
      ...call,
      headers: { ...sent.headers, ...call.headers },
    });
    cells.push(await summaryOf(response));
  }
  return [operation.name, ...cells].join(' | ');
}

test('every operation refuses as recorded', async () => {
  const lines = [['operation', ...Object.keys(QUESTIONS)].join(' | ')];
  for (const operation of await operationsOf(service)) lines.push(await answersOf(operation));
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('recorded-answers.txt');
});

test('every route outside the document refuses as recorded', async () => {
  const operator = createOperatorApp(service.ports, operatorOptions());
  const lines = ['route | foreign page | empty body | wrong body | no JSON | wrong method'];
  const apps = [
    { app: service.app, belongs: /^\/widget\/v1\/|^\/v1\/payments/, env: {} },
    { app: operator, belongs: /^\/operator\//, env: { operator: true } },
  ] as const;
  for (const { app, belongs, env } of apps) {
    const posts = new Set(
      app.routes.filter(({ method, path }) => method === 'POST' && belongs.test(path)).map(({ path }) => path),
    );
    for (const path of posts) {
      const address = path.replace(':id', scene.superuser.id);
      const cells: string[] = [];
      for (const init of [
        { method: 'POST', headers: FOREIGN },
        { method: 'POST', headers: JSON_TYPE },
        { method: 'POST', headers: JSON_TYPE, body: '{"typo":1}' },
        { method: 'POST', headers: JSON_TYPE, body: '{' },
        { method: 'PUT', headers: JSON_TYPE },
      ]) {
        const response = await app.request(address, init, env);
        cells.push(await summaryOf(response));
      }
      lines.push([`POST ${path}`, ...cells].join(' | '));
    }
  }
  const [head = '', ...routes] = lines;
  await expect(`${[head, ...routes.sort()].join('\n')}\n`).toMatchFileSnapshot('recorded-internal-answers.txt');
});
