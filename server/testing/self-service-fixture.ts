import type { FlowView } from '@countersign/protocol/flow';
import type { SelfView } from '@countersign/protocol/self-service';
import type { SelfServicePolicy } from '../resources/self-service-policy.ts';
import { createFixture, type Fixture, type FixtureOptions } from './fixtures.ts';
import { LoginDriver, type LoginDriverOptions } from './login-driver.ts';
import type { TestPorts } from './test-ports.ts';
import { totpApp } from './totp-app.ts';

export const EVERYTHING: SelfServicePolicy = {
  tokens: true,
  password: true,
  details: ['firstName', 'secondName', 'email'],
  browsers: true,
};

/** A resource with every self-service action enabled, and one of its users. */
export function createSelfServiceFixture(ports: TestPorts, options: FixtureOptions = {}): Promise<Fixture> {
  return createFixture(ports, {
    ...options,
    resource: { selfService: EVERYTHING, enrolment: { kinds: ['totp'], required: false }, ...options.resource },
    user: { email: 'alice@shop.example', ...options.user },
  });
}

/** Opens the page with every factor that the resource requires. */
export async function toSelf(scene: Fixture, options: LoginDriverOptions = {}): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene, { purpose: 'self', ...options });
  await walk.identify();
  if (walk.view.step === 'password') await walk.password();
  if (walk.view.step === 'otp') await walk.otp((await scene.tokens[0]?.code()) ?? '');
  if (walk.view.step === 'enrol') await walk.later();
  return walk;
}

/** A user with a self-enrolled app and recovery codes, still on the page. */
export async function withOwnApp(
  scene: Fixture,
): Promise<{ walk: LoginDriver; app: ReturnType<typeof totpApp>; codes: string[] }> {
  const walk = await LoginDriver.begin(scene, { purpose: 'self' });
  await walk.identify();
  await walk.password();
  const app = totpApp(walk.view);
  await walk.enrol(app.code(scene.ports.clock.now()));
  const codes = walk.view.codes ?? [];
  await walk.confirmCodes();
  return { walk, app, codes };
}

export function shownIn(view: FlowView): SelfView {
  if (!view.self) throw new Error(`at ${view.step}: ${view.error?.code}`);
  return view.self;
}
