import type { ResultClaims } from '@countersign/protocol/result';
import { describe, expect, test } from 'vitest';
import { json, scriptedFetch } from '../../testing/scripted-fetch.ts';
import { readVectors, VECTORS, vector } from '../../testing/vectors.ts';
import type { Client } from '../api/client.ts';
import { createVerifier } from '../results/verifier.ts';
import { stampFor } from './active-user.ts';
import { signInHandlers } from './index.ts';
import type { LevelDemand } from './level.ts';
import type { SignInState } from './session.ts';

type AccountState = 'active' | 'blocked' | 'changed' | 'passwordless';

interface Case {
  name: string;
  route: 'nonce' | 'sign-in';
  /** Default true. */
  siteChecksPassword?: boolean;
  /** Of the account when the session was written. */
  before?: AccountState;
  session: {
    pending?: { ageMs: number; id?: string };
    user?: { id?: string };
    begun?: { demand?: LevelDemand };
  };
  account?: AccountState;
  /** What happens to the account while the service is asked. */
  meanwhile?: AccountState;
  demand?: LevelDemand;
  result?: string;
  expect: string;
  asks?: { passwordChecked?: true; acr?: string; maxAgeMs?: number; previous?: true };
  acr?: string;
  keeps: 'pending' | 'user' | null;
}

const { cases } = readVectors<{ cases: Case[] }>('sites/second-factor.json');
const { issuer, resource, nonce } = VECTORS.defaults;
const NOW = VECTORS.defaults.now * 1000;
const ORIGIN = 'https://shop.example';
const STAMPS = { active: 'v1', blocked: undefined, changed: 'v2', passwordless: null };
const CLAIMS: ResultClaims = {
  ...{ iss: issuer, aud: resource, sub: 'usr_2v6m0c4x9ta', preferred_username: 'mira', nonce, origin: ORIGIN },
  ...{ amr: ['otp'], acr: '1', otp: 'verified', jti: 'flw_1' },
  ...{ auth_time: NOW / 1000, iat: NOW / 1000, exp: NOW / 1000 + 60 },
};

async function stateOf({ before = 'active', session: { pending, user, begun } }: Case): Promise<SignInState> {
  const stamp = (await stampFor({ stampOf: () => STAMPS[before] }, '7')) ?? '';
  const level = { acr: '2', authTime: NOW / 1000 - 3600 } as const;
  return {
    ...(pending && {
      pending: { account: '7', user: pending.id ?? CLAIMS.sub, stamp, passwordCheckedAt: NOW - pending.ageMs },
    }),
    ...(user && {
      user: { id: user.id ?? CLAIMS.sub, login: 'mira', jti: 'flw_before', account: '7', stamp, ...level },
    }),
    ...(begun && { begun: { nonce, at: NOW - 1000, loginRequest: 'lrq.1', ...begun } }),
  };
}

// SR-5, SR-13: a thief has the password or the code alone, or a session that was left open, while its user has the
// account blocked or its password changed.
describe('the routes of a site that checks the passwords', () => {
  test.each(cases)('$name', async (vectorCase) => {
    let account = vectorCase.account ?? 'active';
    let state: SignInState | undefined = await stateOf(vectorCase);
    const asked: unknown[] = [];
    const client: Pick<Client, 'createLoginRequest' | 'consumeResult'> = {
      async createLoginRequest(input) {
        asked.push(input);
        return { loginRequest: 'lrq.2', expiresAt: NOW + 120_000 };
      },
      async consumeResult(input) {
        expect(input).toMatchObject({ origin: ORIGIN });
        account = vectorCase.meanwhile ?? account;
        return CLAIMS;
      },
    };
    const write = (next: SignInState) => {
      state = next;
    };
    const signIn = signInHandlers({
      verifier: createVerifier({ issuer, resource, now: () => NOW, fetch: scriptedFetch(json(VECTORS.jwks)).fetch }),
      ...{ resource, origin: ORIGIN, client, now: () => NOW },
      ...(vectorCase.siteChecksPassword !== false && { stampOf: () => STAMPS[account] }),
      session: () => ({ read: () => state, write, renew: write }),
    });
    const body = vectorCase.result === undefined ? (vectorCase.demand ?? {}) : { result: vector(vectorCase.result) };
    const request = new Request(`${ORIGIN}/countersign/${vectorCase.route}`, {
      method: 'POST',
      headers: { origin: ORIGIN, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const response = await signIn.handle(request);
    expect(response?.ok ? 'accept' : (await response?.json())?.code).toBe(vectorCase.expect);
    expect({ user: state.user !== undefined, pending: state.pending !== undefined }).toEqual({
      user: vectorCase.keeps === 'user',
      pending: vectorCase.keeps === 'pending',
    });
    if (vectorCase.acr !== undefined) expect(state.user).toMatchObject({ acr: vectorCase.acr, id: CLAIMS.sub });
    const { previous, ...asks } = vectorCase.asks ?? {};
    expect(asked).toMatchObject(vectorCase.asks ? [{ ...asks, ...(previous && { previous: 'flw_before' }) }] : []);
  });
});
