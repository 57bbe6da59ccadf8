import type { FlowView } from '@countersign/protocol/flow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CodeLimits } from '../kernel/code-channel.ts';
import type { AccountEvent } from '../kernel/event.ts';
import type { TokenId } from '../kernel/ids.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { freshAddress, giveSent } from '../testing/devices/sent-device.ts';
import { FakeCodeSender } from '../testing/fake-senders.ts';
import { createFixture, read } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { challengeDocument, tokenDocument } from '../tokens/documents.ts';
import { createChallenge } from './create-challenge.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('sending fails');
});
beforeEach(() => {
  ports.codes.down = false;
  ports.store.intercept = {};
});
afterAll(() => ports.close());

async function person(options: Parameters<typeof createFixture>[1] = {}) {
  const scene = await createFixture(ports, options);
  const to = freshAddress('email');
  const { id } = await giveSent(scene, 'email', to);
  return { scene, to, token: id };
}
const stepOf = (verdict: Result<FlowView>) => (isRefusal(verdict) ? verdict.refused : verdict.step);
const codeOf = (verdict: Result<FlowView>) => (isRefusal(verdict) ? verdict.refused : verdict.error?.code);
const failuresOf = async (token: TokenId) => (await read(ports, tokenDocument.key(token))).failures;
/** The same ports with other limits. */
const limited = (limits: Partial<CodeLimits>): TestPorts => ({ ...ports, codes: new FakeCodeSender(limits) });
const NEXT_WINDOW = 15 * 60_000;

async function toldBy(run: () => Promise<unknown>): Promise<AccountEvent[]> {
  const before = ports.store.commits.length;
  await run();
  const changes = ports.store.commits.slice(before).map(({ change }) => change);
  return changes.flatMap(({ append = [] }) => append) as unknown as AccountEvent[];
}

// SR-3
describe('SR-3: with the code sender down', () => {
  test('the factor is still required, the other options stay available, and the next try need not wait', async () => {
    const { scene, to, token } = await person({ tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene);
    ports.codes.down = true;
    const events = await toldBy(() => walk.choose(token));
    expect(walk.view).toMatchObject({ step: 'otp', factor: 'code', error: { code: 'CODE_NOT_SENT' } });
    expect(walk.view.error?.retryAfterMs).toBeUndefined();
    expect(walk.view.factors?.map(({ kind }) => kind)).toEqual(['code', 'email']);
    expect(events.map(({ type }) => type)).toEqual(['code.sent', 'code.not-sent']);
    expect(await failuresOf(token)).toBe(0);

    ports.codes.down = false;
    await walk.choose(token);
    expect(stepOf(await walk.otp(ports.codes.last(to).code))).toBe('done');
  });

  test('a code sent before is void, and the view no longer shows it', async () => {
    const { scene, to, token } = await person();
    const walk = await LoginDriver.toOtp(scene);
    await walk.choose(token);
    const { code } = ports.codes.last(to);
    ports.clock.advance(30_000);
    ports.codes.down = true;
    await walk.choose(token);
    expect(walk.view).toMatchObject({ step: 'otp', factor: token, error: { code: 'CODE_NOT_SENT' } });
    expect(walk.view.sent).toBeUndefined();
    expect(codeOf(await walk.otp(code))).toBe('NOTHING_ASKED');
  });

  test('the app still signs the user in', async () => {
    const { scene, token } = await person({ tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene);
    ports.codes.down = true;
    await walk.choose(token);
    expect(stepOf(await walk.otp((await scene.tokens[0]?.code()) ?? ''))).toBe('done');
  });

  test('the API responds with 503 and a message, and no challenge is valid', async () => {
    const { scene, token } = await person();
    ports.codes.down = true;
    const asked = { resource: scene.resource.id, user: 'alice', language: 'en' as const };
    expect(await createChallenge(ports, operatorContext(scene.account), asked)).toEqual({ refused: 'CODE_NOT_SENT' });
    const key = challengeDocument.key(token, `api/${scene.resource.id}`);
    expect(await ports.store.getMany([key], ports.clock.now())).toEqual([undefined]);
  });

  test('sends nothing if the store fails', async () => {
    const { scene, to, token } = await person();
    const walk = await LoginDriver.toOtp(scene);
    ports.store.intercept = {
      commit: async (change, pass) => {
        if (change.anchor === token) throw new StoreUnavailable('gone');
        return pass();
      },
    };
    await expect(walk.choose(token)).rejects.toThrow();
    expect(ports.codes.to(to)).toHaveLength(0);
  });
});

describe('the number of codes', () => {
  test('to one address is limited, over all sign-ins and the API, until the window ends', async () => {
    const { scene, to, token } = await person();
    for (let sign = 0; sign < 5; sign++) await (await LoginDriver.toOtp(scene)).choose(token);
    expect(ports.codes.to(to)).toHaveLength(5);
    const walk = await LoginDriver.toOtp(scene);
    await walk.choose(token);
    expect(walk.view).toMatchObject({ step: 'otp', error: { code: 'CODE_LIMIT' } });
    const asked = { resource: scene.resource.id, user: 'alice', language: 'en' as const };
    const refused = await createChallenge(ports, operatorContext(scene.account), asked);
    expect(refused).toEqual({ refused: 'CODE_LIMIT', retryAfterMs: expect.any(Number) });
    expect(ports.codes.to(to)).toHaveLength(5);

    ports.clock.advance(NEXT_WINDOW);
    await walk.choose(token).catch(() => undefined);
    await (await LoginDriver.toOtp(scene)).choose(token);
    expect(ports.codes.to(to).length).toBeGreaterThan(5);
  });

  test('to one address in a day is limited', async () => {
    const { scene, to, token } = await person();
    for (let sign = 0; sign < 14; sign++) {
      await (await LoginDriver.toOtp(scene)).choose(token);
      ports.clock.advance(NEXT_WINDOW);
    }
    expect(ports.codes.to(to)).toHaveLength(10);
  });

  test.each([['perAccountAndHour'], ['perHour']] as const)('overall is limited: %s', async (limit) => {
    const few = limited({ perHour: 1_000_000, reservedPerAccount: 0, [limit]: 0 });
    const { scene, token } = await person();
    const walk = await LoginDriver.toOtp(scene, { ports: few });
    await walk.choose(token);
    expect(walk.view.error?.code).toBe('CODE_LIMIT');
    expect(few.codes.sent).toEqual([]);
  });

  test('a refusal keeps the valid code, and requests in one sign-in are limited', async () => {
    const { scene, to, token } = await person();
    const few = limited({ perAddress: 1 });
    const walk = await LoginDriver.toOtp(scene, { ports: few });
    await walk.choose(token);
    const { code } = few.codes.last(to);
    ports.clock.advance(30_000);
    await walk.choose(token);
    expect(walk.view).toMatchObject({ error: { code: 'CODE_LIMIT' }, sent: { to: 'p•••@example.com' } });
    expect(stepOf(await walk.otp(code))).toBe('done');

    const other = await LoginDriver.toOtp(scene, { ports: few });
    for (let ask = 0; ask < 20; ask++) await other.choose(token);
    expect(other.view).toMatchObject({ step: 'denied', error: { code: 'TOO_MANY_ATTEMPTS' } });
  });
});
