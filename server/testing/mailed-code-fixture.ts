import type { FlowView } from '@countersign/protocol/flow';
import type { ResultClaims } from '@countersign/protocol/result';
import { decodeJwt } from 'jose';
import { isRefusal, type Result } from '../kernel/result.ts';
import { consumeResult } from './as-operator.ts';
import { freshAddress } from './devices/sent-device.ts';
import { createFixture, type Fixture, type FixtureOptions, NONCE } from './fixtures.ts';
import { LoginDriver, type LoginDriverOptions } from './login-driver.ts';
import type { TestPorts } from './test-ports.ts';
import { waitUntil } from './wait-until.ts';

/** A user with an address, on a resource that mails a code in place of the password. */
export async function createMailedFixture(
  ports: TestPorts,
  { resource, user, ...options }: FixtureOptions = {},
): Promise<Fixture & { to: string }> {
  const to = freshAddress('email');
  const scene = await createFixture(ports, {
    ...options,
    resource: { firstFactor: 'mailed-code', ...resource },
    user: { email: to, ...user },
  });
  return { ...scene, to };
}

/** A sign-in that waits for the code, which has been requested. */
export async function toMailedCode(
  scene: Fixture,
  options: LoginDriverOptions & { login?: string } = {},
): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene, options);
  if (walk.view.step === 'identify') await walk.identify(options.login);
  await walk.choose('mail');
  return walk;
}

/** Has a code sent, and returns the one that arrives. It is mailed beside the response. */
export async function mailedCode(walk: LoginDriver, to: string): Promise<string> {
  const { codes } = walk.ports;
  const before = codes.to(to).length;
  await walk.choose('mail');
  await waitUntil('the code is mailed', () => codes.to(to).length > before);
  return codes.last(to).code;
}

/** Signs in up to the code, and answers with it. */
export async function passMailedCode(
  scene: Fixture & { to: string },
  options: LoginDriverOptions & { login?: string } = {},
): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene, options);
  if (walk.view.step === 'identify') await walk.identify(options.login);
  await walk.otp(await mailedCode(walk, scene.to));
  return walk;
}

/** The claims of the result that the page got. */
export const claimsIn = (walk: LoginDriver) => decodeJwt<ResultClaims>(walk.view.result ?? '');

/** Consumes that result as the host's backend does. */
export const consume = ({ ports, account, resource }: Fixture, walk: LoginDriver) =>
  consumeResult(ports, { account, resource: resource.id, result: walk.view.result ?? '', nonce: NONCE });

/** The code of a refusal, or of the error that a view shows. */
export const errorIn = (verdict: Result<FlowView>) => (isRefusal(verdict) ? verdict.refused : verdict.error?.code);

/** A code of the user's first token. */
export const tokenCode = async (scene: Fixture) => (await scene.tokens[0]?.code()) ?? '';
