import { describe, expect, test } from 'vitest';
import { type LongText, readVectors, written } from '../../testing/vectors.ts';
import { bodyKind, checkPost } from './check-post.ts';
import { checkLevel, type LevelDemand, levelOf, type SignInLevel } from './level.ts';
import { redirectPath } from './redirect-path.ts';

interface Posts {
  defaults: { origin: string; method: string };
  cases: {
    name: string;
    method?: string;
    origin?: string;
    headers: { name: string; value: string }[];
    expect: string;
  }[];
}

interface StepUp {
  levels: {
    name: string;
    passwordCheckedAt?: number;
    claims: Parameters<typeof levelOf>[0];
    expect: SignInLevel;
  }[];
  cases: {
    name: string;
    session: { acr?: unknown; authTime?: unknown } | null;
    now: number;
    demand: LevelDemand;
    expect: string;
  }[];
}

const REDIRECTS = readVectors<{ cases: { name: string; next: unknown; accept: boolean }[] }>('sites/redirects.json');
const POSTS = readVectors<Posts>('sites/posts.json');
const STEP_UP = readVectors<StepUp>('sites/step-up.json');

function isLong(value: unknown): value is LongText {
  return typeof value === 'object' && value !== null && 'times' in value;
}

// An attacker sends a link to the sign-in page whose `next` leads to a copy of the site that asks for the password again.
describe('redirects after a sign-in', () => {
  test.each(REDIRECTS.cases)('$name', ({ next, accept }) => {
    const asked = isLong(next) ? written(next) : next;
    expect(redirectPath(asked)).toBe(accept ? asked : undefined);
  });
});

// Another site posts the attacker's own result, so that the victim works in the attacker's account (login CSRF).
describe('posts', () => {
  test.each(POSTS.cases)('$name', ({ method = POSTS.defaults.method, origin = POSTS.defaults.origin, ...post }) => {
    const headers = new Headers();
    for (const { name, value } of post.headers) headers.append(name, value);
    const request = { method, headers };
    const refusal = checkPost(request, origin) ?? (bodyKind(request) ? 'accept' : 'MEDIA_TYPE_UNSUPPORTED');
    expect(refusal).toBe(post.expect);
  });
});

describe('what a session keeps of a result', () => {
  test.each(STEP_UP.levels)('$name', ({ claims, passwordCheckedAt, expect: level }) => {
    expect(levelOf(claims, passwordCheckedAt)).toEqual(level);
  });
});

// A thief sits down at a browser that was left signed in, and changes the email address.
describe('step-up', () => {
  test.each(STEP_UP.cases)('$name', ({ session, demand, now, expect: outcome }) => {
    const judge = () => checkLevel(session ?? undefined, demand, now) ?? 'accept';
    if (outcome === 'OPTION_INVALID') expect(judge).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    else expect(judge()).toBe(outcome);
  });
});
