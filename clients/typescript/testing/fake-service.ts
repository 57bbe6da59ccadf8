import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { importJWK, SignJWT } from 'jose';
import { VECTORS } from './vectors.ts';

const TEST_KEY = JSON.parse(readFileSync(new URL('../../../shared/vectors/test-keys.json', import.meta.url), 'utf8'))
  .keys.es256;

export interface FakeService {
  url: string;
  /** What was asked, as `METHOD /path`, and with what body. */
  requests: { line: string; body: unknown; authorization: string | undefined }[];
  /** A fresh result for this nonce. */
  issueResult(nonce: string): Promise<string>;
  stop(): Promise<void>;
}

interface RequestBody {
  nonce?: string;
  login?: string;
  fields?: { label: string; value: string }[];
}

/** As much of a Countersign on loopback as the examples of the README need. */
export async function startFakeService(): Promise<FakeService> {
  const requests: FakeService['requests'] = [];
  let url = '';

  function claims(nonce: string) {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: url,
      aud: VECTORS.defaults.resource,
      sub: 'usr_2v6m0c4x9ta',
      preferred_username: 'mira',
      nonce,
      origin: 'https://shop.example',
      amr: ['pwd', 'otp', 'mfa'],
      acr: '2',
      otp: 'verified',
      auth_time: now,
      iat: now,
      exp: now + 60,
      jti: 'flw_0h7r3k5n8wq',
    };
  }

  const made = { createdAt: 1795599000000, createdBy: { kind: 'operator' } };
  const counted = {
    enabled: true,
    apiSupport: true,
    locked: null,
    failures: 0,
    resyncFailures: 0,
    directResources: [],
  };
  const token = { id: 'tok_1', name: 'phone', kind: 'totp', ...counted, ...made };
  const user = { id: 'usr_1', blocked: false, hasPassword: false, apiSupport: true, assignments: [], ...made };
  const routes: Record<string, (body: RequestBody) => [number, unknown]> = {
    'GET /.well-known/jwks.json': () => [200, VECTORS.jwks],
    'POST /v1/results/consume': (body) => [200, claims(String(body.nonce))],
    'POST /v1/login-requests': () => [201, { loginRequest: 'lrq_secret', expiresAt: Date.now() + 120_000 }],
    'POST /v1/transactions': ({ fields }) => [
      201,
      { loginRequest: 'lrq_secret', transaction: hashOfFields(fields), expiresAt: Date.now() + 300_000 },
    ],
    'POST /v1/users': ({ login }) => [201, { ...user, login }],
    'POST /v1/tokens': () => [201, { token, secret: 'JBSWY3DPEHPK3PXP', otpauthUri: 'otpauth://totp/mira' }],
    'POST /v1/assignments': (body) => [201, body],
  };

  const server = createServer(async (request, response) => {
    const line = `${request.method} ${request.url}`;
    const body = await readJson(request);
    requests.push({ line, body, authorization: request.headers.authorization });
    const [status, answer] = routes[line]?.(body) ?? [404, { title: 'Nothing.', status: 404, code: 'NOT_FOUND' }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The fake service has no port.');
  url = `http://127.0.0.1:${address.port}`;

  return {
    url,
    requests,
    async issueResult(nonce) {
      const header = { alg: 'ES256', typ: 'countersign-result+jwt', kid: String(TEST_KEY.kid) };
      return new SignJWT(claims(nonce)).setProtectedHeader(header).sign(await importJWK(TEST_KEY, 'ES256'));
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function hashOfFields(fields: RequestBody['fields'] = []): string {
  const text = JSON.stringify(['countersign-transaction-1', ...fields.map(({ label, value }) => [label, value])]);
  return createHash('sha256').update(text).digest('hex');
}

async function readJson(request: IncomingMessage): Promise<RequestBody> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : {};
}
