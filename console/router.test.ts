import type { SessionView } from '@countersign/protocol/session';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRouter, innerAddress, type Router, type Stage } from './router.ts';
import { type Answer, createClient } from './service/client.ts';

const SESSION = { csrf: 'token', endsAt: 1_800_000, now: 0, account: { id: 'acc_1' } } as SessionView;
const SIGNED_IN = { session: SESSION, hasEnded: false };
const known = { account: 'acc_1' };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function arrive(path: string, ...answers: (Response | Promise<Response>)[]) {
  const stages: Stage[] = [];
  const bar = { path, history: [] as string[] };
  const heard: Answer[] = [];
  const asked: string[] = [];
  const client = createClient(
    (async (url: string, init: RequestInit) => {
      asked.push(`${init.method} ${url} ${new Headers(init.headers).get('x-csrf-token')}`);
      const answer = answers.shift();
      if (!answer) throw new TypeError('offline');
      const aborted = new Promise<never>((_, reject) => {
        init.signal?.addEventListener('abort', () => reject(new DOMException('over', 'AbortError')));
      });
      return Promise.race([answer, aborted]);
    }) as typeof globalThis.fetch,
    (answer) => {
      heard.push(answer);
      router.onAnswer(answer);
    },
  );
  const router: Router = createRouter({
    client,
    href: () => bar.path,
    setHref(next, replace) {
      bar.path = next;
      if (!replace) bar.history.push(next);
    },
    show: (stage) => stages.push(stage),
  });
  return { router, bar, asked, client, answers, stage: () => stages.at(-1) };
}

const says = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const refusal = (code: string, status: number) => says({ code }, status);

describe('the address decides', () => {
  test.each([
    ['/setup', 'setup'],
    ['/invitation', 'invitation'],
    ['/recovery', 'recovery'],
    ['/new-password', 'reset'],
  ])('%s opens for its link, and requests no session', async (path, route) => {
    const { router, stage, asked } = arrive(path);
    await router.start('secret');
    expect(stage()).toEqual({ kind: 'link', route, secret: 'secret' });
    expect(asked).toEqual([]);
  });

  test('tells an expired session from none', async () => {
    const { router, stage } = arrive('/console', says({ session: null, hasEnded: true }));
    await router.start('');
    expect(stage()).toEqual({ kind: 'sign-in', known: {}, hasEnded: true });
  });

  test.each([
    ['/console', 'home'],
    ['/console/your-sign-in', 'ownSignIn'],
  ])('%s opens %s with a session', async (path, route) => {
    const { router, stage } = arrive(path, says(SIGNED_IN));
    await router.start('');
    expect(stage()).toEqual({ kind: 'inside', address: innerAddress(path), session: SESSION });
    expect(innerAddress(path)).toMatchObject({ route, path, params: {} });
  });

  test.each(['/console/nothing', '/console/', '/Setup', '/'])('%s is no page', async (path) => {
    const { router, stage, asked } = arrive(path);
    await router.start('');
    expect(stage()).toEqual({ kind: 'unknown' });
    expect(asked).toEqual([]);
  });

  test('shows the sign-in without a session, then the requested page', async () => {
    const wanted = '/console/resources/res_01k8dq9z2mp/embed?lang=php';
    const { router, stage, client, bar, asked, answers } = arrive(wanted, says({ session: null, hasEnded: false }));
    await router.start('');
    expect(stage()).toEqual({ kind: 'sign-in', known: {}, hasEnded: false });
    router.enter(SESSION);
    expect(stage()).toMatchObject({ kind: 'inside', address: { route: 'resources', params: { tab: 'embed' } } });
    expect(bar.path).toBe(wanted);
    answers.push(says({}));
    await client.send('POST', 'me/password', {});
    expect(asked.at(-1)).toMatch(/ token$/);
  });

  test('reports an outage and a refusal', async () => {
    const offline = arrive('/console');
    await offline.router.start('');
    expect(offline.stage()).toEqual({ kind: 'offline' });
    const refused = arrive('/console', refusal('UNAVAILABLE', 503));
    await refused.router.start('');
    expect(refused.stage()).toEqual({ kind: 'refused', code: 'UNAVAILABLE' });
  });
});

describe('signed in', () => {
  async function inside(...answers: (Response | Promise<Response>)[]) {
    const at = arrive('/console', says(SIGNED_IN), ...answers);
    await at.router.start('');
    return at;
  }

  test('shows the sign-in at once when a change ended the session', async () => {
    const { router, stage } = await inside(says({ session: null, hasEnded: true }));
    await router.renew();
    expect(stage()).toMatchObject({ kind: 'sign-in', hasEnded: true });
  });

  test('navigation changes the address and sends no request; back returns', async () => {
    const { router, bar, stage, asked } = await inside();
    router.goTo('/console/your-sign-in');
    router.goTo('/console/resources?search=shop');
    router.goTo('/console/resources?search=shops', true);
    expect(bar.history).toEqual(['/console/your-sign-in', '/console/resources?search=shop']);
    expect(bar.path).toBe('/console/resources?search=shops');
    expect(stage()).toMatchObject({ address: { route: 'resources' } });
    bar.path = '/console';
    await router.follow();
    expect(stage()).toMatchObject({ address: { route: 'home' } });
    expect(asked).toHaveLength(1);
  });

  test.each(['/setup', '//evil.example/console', 'https://evil.example/console', '/console/nothing', 'javascript:1'])(
    'does not navigate to %s',
    async (href) => {
      const { router, bar, stage } = await inside();
      router.goTo(href);
      expect([bar.path, bar.history]).toEqual(['/console', []]);
      expect(stage()).toMatchObject({ address: { route: 'home' } });
    },
  );

  test('going back to an unknown address shows that there is no such page', async () => {
    const { router, bar, stage } = await inside();
    bar.path = '/console/resources/nonsense';
    await router.follow();
    expect(stage()).toEqual({ kind: 'unknown' });
  });

  // SR-29
  test('SR-29: any response that reports the end of the session ends it, and drops the token', async () => {
    const { client, stage, asked, answers } = await inside(refusal('SESSION_ENDED', 401));
    await client.get('checklist');
    expect(stage()).toEqual({ kind: 'sign-in', known, hasEnded: true });
    answers.push(says({}));
    await client.send('POST', 'session/begin', {});
    expect(asked.at(-1)).toMatch(/ null$/);
  });

  test('SR-29: half an hour unused clears the page from an unattended screen', async () => {
    const { router, client, stage, answers } = await inside(says({}));
    await vi.advanceTimersByTimeAsync(1_700_000);
    await client.get('checklist');
    await vi.advanceTimersByTimeAsync(1_700_000);
    await router.checkTime();
    expect(stage()).toMatchObject({ kind: 'inside' });
    await vi.advanceTimersByTimeAsync(100_000);
    answers.push(refusal('SESSION_ENDED', 401));
    await router.checkTime();
    expect(stage()).toMatchObject({ kind: 'sign-in', hasEnded: true });
  });

  test('stays signed in while another tab uses the session', async () => {
    const { router, stage, answers } = await inside();
    await vi.advanceTimersByTimeAsync(1_800_000);
    answers.push(says(SIGNED_IN));
    await router.checkTime();
    expect(stage()).toMatchObject({ kind: 'inside' });
  });

  test('signing out ends the session at the service; offline, the session stays and an error is shown', async () => {
    const out = await inside(new Response(null, { status: 204 }));
    await out.router.signOut();
    expect(out.asked.at(-1)).toBe('DELETE /v1/session token');
    expect(out.stage()).toEqual({ kind: 'sign-in', known, hasEnded: false });
    const lost = await inside();
    await lost.router.signOut();
    expect(lost.stage()).toEqual({ kind: 'offline' });
  });

  test('another answer that shows the end of the session first does not make signing out look offline', async () => {
    const { router, stage, bar, client } = await inside(new Promise(() => {}), refusal('SESSION_ENDED', 401));
    const out = router.signOut();
    await client.get('events');
    await out;
    expect(stage()).toEqual({ kind: 'sign-in', known, hasEnded: true });
    expect(bar.path).toBe('/console');
  });
});
