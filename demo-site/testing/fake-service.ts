import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import {
  newNonce,
  RESULT_TYP,
  type ResultClaims,
  type TransactionField,
  transactionHash,
} from '../../clients/typescript/src/index.ts';

export const SERVICE = 'http://localhost:8080';
export const SHOP = 'http://127.0.0.1:8081';
export const RESOURCE = 'res_2fdzd4qe7fb';
export const API_KEY = 'csk_1nhd04n57c3_2z9zjw25378_4nn5ynjx70y84nhnv6dz0w8f';

export interface FakeService {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** A genuinely signed result, as the widget would return it. */
  result(claims: Partial<ResultClaims> & { nonce: string }): Promise<string>;
  /** The consumed results, in order. */
  consumed: string[];
  loginRequests: Record<string, unknown>[];
  /** The requested transactions; they can be signed only if `signs` is true. */
  transactions: Record<string, unknown>[];
  signs: boolean;
  /** Replaces the response while it is set. `down`: no response. */
  trouble: 'down' | { status: number; code: string } | undefined;
}

/** The three endpoints of the service that a shop's backend uses, in memory. */
export async function createFakeService(now: () => number): Promise<FakeService> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'fake', alg: 'ES256', use: 'sig' };

  const service: FakeService = {
    consumed: [],
    loginRequests: [],
    transactions: [],
    signs: false,
    trouble: undefined,

    async fetch(url, init) {
      const path = url.slice(SERVICE.length);
      if (service.trouble === 'down') throw new TypeError('fetch failed');
      if (path === '/.well-known/jwks.json') return Response.json({ keys: [jwk] });
      if (new Headers(init.headers).get('authorization') !== `Bearer ${API_KEY}`)
        return problem(401, 'API_KEY_INVALID');
      if (service.trouble) return problem(service.trouble.status, service.trouble.code);
      const body = JSON.parse(String(init.body)) as Record<string, string>;
      if (path === '/v1/login-requests') {
        service.loginRequests.push(body);
        const loginRequest = `lrq.${newNonce()}`;
        return Response.json({ loginRequest, expiresAt: now() + 120_000 }, { status: 201 });
      }
      if (path === '/v1/transactions') {
        if (!service.signs) return problem(403, 'SIGNING_TOKEN_MISSING');
        service.transactions.push(body);
        const { fields } = body as unknown as { fields: TransactionField[] };
        const transaction = await transactionHash(fields);
        const loginRequest = `lrq.${newNonce()}`;
        return Response.json({ loginRequest, transaction, expiresAt: now() + 300_000 }, { status: 201 });
      }
      if (path !== '/v1/results/consume') return problem(404, 'NOT_FOUND');
      const { payload } = await jwtVerify<ResultClaims>(body.result ?? '', publicKey, { currentDate: new Date(now()) });
      if (payload.nonce !== body.nonce || payload.aud !== body.resource) return problem(403, 'RESULT_INVALID');
      if (payload.txn !== body.transaction) return problem(403, 'TRANSACTION_WRONG');
      if (service.consumed.includes(payload.jti)) return problem(409, 'RESULT_USED');
      service.consumed.push(payload.jti);
      return Response.json(payload);
    },

    result(claims) {
      const at = Math.floor(now() / 1000);
      const whole: ResultClaims = {
        iss: SERVICE,
        aud: RESOURCE,
        sub: 'usr_maria',
        preferred_username: 'maria',
        origin: SHOP,
        amr: ['pwd', 'otp', 'mfa'],
        acr: '2',
        otp: 'verified',
        auth_time: at,
        iat: at,
        exp: at + 60,
        jti: `flw_${newNonce()}`,
        ...claims,
      };
      return new SignJWT({ ...whole })
        .setProtectedHeader({ alg: 'ES256', kid: 'fake', typ: RESULT_TYP })
        .sign(privateKey);
    },
  };
  return service;
}

function problem(status: number, code: string): Response {
  return Response.json({ status, code, title: code, requestId: 'req-1' }, { status });
}
