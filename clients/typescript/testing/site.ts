import type { Client } from '../src/api/client.ts';
import { type SignInHandlers, type SignInOptions, signInHandlers } from '../src/sign-in/index.ts';
import type { SignInState, SiteSession } from '../src/sign-in/session.ts';
import { createTestIssuer, type TestClaims, type TestIssuer } from '../src/test-kit/index.ts';

export const ORIGIN = 'https://shop.example';
export const AT = 1_800_000_000_000;

/** A visitor's cookie. */
export interface Visitor {
  id: string;
}

export interface Site {
  signIn: SignInHandlers<Visitor>;
  issuer: TestIssuer;
  clock: { now: number };
  /** Sessions by their id: what is not here is worthless. */
  sessions: Map<string, SignInState>;
  loginRequests: Parameters<Client['createLoginRequest']>[0][];
  consumed: string[];
  visitor(): Visitor;
  post(path: string, visitor: Visitor, body?: object, headers?: Record<string, string>): Promise<Response>;
  /** Begins a sign-in and answers its nonce. */
  nonce(visitor: Visitor, body?: object): Promise<string>;
  result(claims: Partial<TestClaims> & { nonce: string }): Promise<string>;
  /** A whole sign-in. */
  complete(visitor: Visitor, claims?: Partial<TestClaims>, body?: object): Promise<Response>;
}

/** A site with sessions in memory, whose service is the test issuer. */
export async function createSite(options: Partial<SignInOptions<Visitor>> = {}): Promise<Site> {
  const clock = { now: AT };
  const now = () => clock.now;
  const issuer = await createTestIssuer({ now });
  const sessions = new Map<string, SignInState>();
  const loginRequests: Site['loginRequests'] = [];
  const consumed: string[] = [];
  let made = 0;
  const create = (state: SignInState) => {
    const id = `session-${++made}`;
    sessions.set(id, state);
    return id;
  };
  const session = (visitor: Visitor): SiteSession => ({
    read: () => sessions.get(visitor.id),
    write(state) {
      if (!sessions.has(visitor.id)) visitor.id = create(state);
      sessions.set(visitor.id, state);
    },
    renew(state) {
      sessions.delete(visitor.id);
      visitor.id = create(state);
    },
  });
  const client: SignInOptions<Visitor>['client'] = {
    async createLoginRequest(input) {
      loginRequests.push(input);
      return issuer.client.createLoginRequest(input);
    },
    async consumeResult(input) {
      const claims = await issuer.client.consumeResult(input);
      consumed.push(claims.sub);
      return claims;
    },
  };
  const signIn = signInHandlers<Visitor>({
    ...{ verifier: issuer.verifier, resource: issuer.resource, origin: ORIGIN, session, client, now },
    ...options,
  });

  const site: Site = {
    ...{ signIn, issuer, clock, sessions, loginRequests, consumed },
    visitor: () => ({ id: '' }),
    async post(path, visitor, body = {}, headers = {}) {
      const request = new Request(ORIGIN + path, {
        method: 'POST',
        headers: { origin: ORIGIN, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      const response = await signIn.handle(request, visitor);
      if (!response) throw new Error(`${path} is no route.`);
      return response;
    },
    async nonce(visitor, body = {}) {
      const { nonce } = await (await site.post('/countersign/nonce', visitor, body)).json();
      return String(nonce);
    },
    result: (claims) => issuer.issueResult({ origin: ORIGIN, ...claims }),
    async complete(visitor, claims = {}, body = {}) {
      const nonce = await site.nonce(visitor, body);
      const result = await site.result({ nonce, ...claims });
      return site.post('/countersign/sign-in', visitor, { result });
    },
  };
  return site;
}
