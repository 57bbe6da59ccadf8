import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { lost, NONCE, seen, setUp } from '../testing/scripted-sign-in.ts';
import { firstView } from './sign-in.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a first step that the document shows', () => {
  test('is on the screen at once, and stays while the flow starts', async () => {
    const { signIn, types, screen, requests, expectAnswers } = setUp({ first: firstView(false) });
    signIn.start();
    expect(types()).toEqual(['change', 'ready', 'want']);
    expect(screen()).toMatchObject({ kind: 'step', step: 'identify', busy: false });
    expectAnswers(seen());
    await signIn.begin(NONCE, '');
    expect(types()).toEqual(['change', 'ready', 'want']);
    expect(screen()).toMatchObject({ kind: 'step', step: 'identify', busy: false, view: { expiresAt: 900_000 } });
    expect(requests).toEqual(['begin']);
  });

  test('accepts one answer, which waits for the flow', async () => {
    const { signIn, screen, requests, expectAnswers } = setUp({ first: firstView(false) });
    signIn.start();
    const submitted = [signIn.submit('ada'), signIn.submit('ada')];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(requests).toEqual([]);
    expect(screen()).toMatchObject({ kind: 'step', busy: true });
    expectAnswers(seen(), seen({ step: 'password', seq: 1 }));
    await signIn.begin(NONCE, '');
    await Promise.all(submitted);
    expect(requests).toEqual(['begin', 'identify 0 ada']);
    expect(screen()).toMatchObject({ step: 'password', busy: false });
  });

  test.each([
    ['is denied', seen({ step: 'denied', seq: 0, error: { code: 'PLAN_INACTIVE' } }), 'denied'],
    ['is refused', { code: 'RATE_LIMITED', requestId: '' } as const, 'denied'],
    ['gets no response', lost, 'offline'],
  ])('sends no answer if the start %s', async (_, start, kind) => {
    const { signIn, screen, requests, expectAnswers } = setUp({ first: firstView(false) });
    signIn.start();
    void signIn.submit('ada');
    expectAnswers(start);
    await signIn.begin(NONCE, '');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests).toEqual(['begin']);
    expect(screen().kind).toBe(kind);
  });

  test('gives way to a stored flow, and sends no answer to it', async () => {
    const { signIn, screen, requests, expectAnswers } = setUp({ first: firstView(false), kept: 'kept' });
    signIn.start();
    void signIn.submit('ada');
    expectAnswers(seen({ step: 'otp', seq: 2 }));
    await signIn.begin(NONCE, '');
    await vi.advanceTimersByTimeAsync(0);
    expect(requests).toEqual(['read kept']);
    expect(screen()).toMatchObject({ step: 'otp' });
  });

  test('drops a stored flow of another session, so that going back does not resume it', async () => {
    const { signIn, stored, expectAnswers } = setUp({ first: firstView(false), stale: 'other' });
    signIn.start();
    expectAnswers(seen());
    await signIn.begin(NONCE, '');
    expect(stored.handle).toBeUndefined();
  });

  test('is shown once: after a restart the answer that waited is dropped', async () => {
    const { signIn, screen, requests, expectAnswers } = setUp({ first: firstView(false) });
    signIn.start();
    const submitted = signIn.submit('ada');
    signIn.restart();
    await submitted;
    expect(screen().kind).toBe('loading');
    expectAnswers(seen());
    await signIn.begin(NONCE, '');
    expect(requests).toEqual(['begin']);
    expect(screen()).toMatchObject({ step: 'identify', busy: false });
  });

  test('is not asked about before the flow has started, when the page comes to the front', async () => {
    const { signIn, types, screen, requests } = setUp({ first: firstView(false) });
    signIn.start();
    signIn.checkTime();
    await vi.advanceTimersByTimeAsync(0);
    expect(requests).toEqual([]);
    expect(types()).toEqual(['change', 'ready', 'want']);
    expect(screen()).toMatchObject({ kind: 'step', step: 'identify' });
  });

  test('times out like any other if the page never provides a nonce', async () => {
    const { signIn, screen, requests } = setUp({ first: firstView(false) });
    signIn.start();
    void signIn.submit('ada');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(screen().kind).toBe('failed');
    expect(requests).toEqual([]);
  });
});
