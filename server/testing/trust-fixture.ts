import { DAY_MS } from '../kernel/time.ts';
import { putTrusted } from '../sign-in/rules/trusted-browsers/use-trust.ts';
import { newOperation } from '../store/transact.ts';
import { birth, createFixture, type Fixture, type FixtureOptions } from './fixtures.ts';
import { LoginDriver, type LoginDriverOptions } from './login-driver.ts';
import type { TestPorts } from './test-ports.ts';

/** A user with a key fob, on a resource where users may trust a browser for 30 days. */
export function createTrustFixture(ports: TestPorts, options: FixtureOptions = {}): Promise<Fixture> {
  const resource = { trustedBrowserDays: 30, ...options.resource };
  return createFixture(ports, { tokens: [{ kind: 'hotp' }], ...options, resource });
}

/** Signs in with the code of the first token and trusts the browser; returns what the browser keeps. */
export async function trustIn(scene: Fixture, options: LoginDriverOptions = {}): Promise<string> {
  const walk = await LoginDriver.toOtp(scene, options);
  return (await walk.trust((await scene.tokens[0]?.code()) ?? '')) ?? '';
}

/** A sign-in in a browser that keeps these, after the right password. */
export async function signInWith(
  scene: Fixture,
  browsers: string[],
  options: LoginDriverOptions & { password?: string } = {},
): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene, options);
  await walk.identify();
  await walk.passwordIn(browsers, options.password);
  return walk;
}

/** Stores a trusted browser of the user, whatever it rests on. */
export async function storeTrust({ ports, account, resource, user }: Omit<Fixture, 'tokens'>): Promise<void> {
  const now = ports.clock.now();
  const { id } = birth(ports, 'tbr');
  const times = { createdAt: now, usedAt: now, expiresAt: now + DAY_MS };
  const browser = { id, resource: resource.id, secretHash: '', basis: '', token: 'tok_00000000000', ...times } as const;
  const put = [putTrusted({ account, user: user.id, list: [browser] })];
  await ports.store.commit({ anchor: user.id, operation: newOperation(ports), now, expect: [], put });
}
