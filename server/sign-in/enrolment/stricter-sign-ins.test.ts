import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReportedTraits } from '../../browsers/device-fingerprint/browser-signals.ts';
import { DEFAULT_WEIGHTS } from '../../resources/environment-check.ts';
import { createFixture, overwrite } from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';
import { flowDocument } from '../documents.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('stricter-sign-ins');
});
afterAll(() => ports.close());

const OWN: ReportedTraits = { language: 'en-GB', zone: 'Europe/Lisbon', screen: { width: 2560, height: 1440 } };
const THIEF: ReportedTraits = { language: 'xx', zone: 'Etc/UTC', screen: { width: 800, height: 600 } };
const enrolment = { kinds: ['totp' as const], required: false };

// SR-5
test.each(['demand-otp', 'refuse'] as const)(
  'a thief with the password sets up no token from an unknown browser if the policy is %s',
  async (action) => {
    const environment = { action, threshold: 60, weights: DEFAULT_WEIGHTS };
    const scene = await createFixture(ports, { resource: { environment, enrolment } });
    const own = await LoginDriver.begin(scene, { browser: OWN });
    await own.identify();
    expect(await own.password()).toMatchObject({ step: 'enrol' });
    expect(await own.later()).toMatchObject({ step: 'done' });

    const thief = await LoginDriver.begin(scene, { browser: THIEF });
    await thief.identify();
    expect(await thief.password()).toMatchObject({ step: 'denied', error: { code: 'ENVIRONMENT_MISMATCH' } });
    expect(thief.view.enrol).toBeUndefined();
  },
);

test('where two factors are required, setting up a token satisfies that, and skipping it does not', async () => {
  const scene = await createFixture(ports, { resource: { enrolment } });
  for (const leavesOut of [true, false]) {
    const walk = await LoginDriver.begin(scene);
    const id = walk.handle.split('.')[0] as Parameters<typeof flowDocument.key>[0];
    await walk.identify();
    await overwrite(ports, flowDocument.key(id), { demand: { acr: '2' } });
    expect(await walk.password()).toMatchObject({ step: 'enrol' });
    if (leavesOut) {
      expect(await walk.later()).toMatchObject({ step: 'denied', error: { code: 'LEVEL_UNREACHABLE' } });
    } else {
      await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
      expect(await walk.confirmCodes()).toMatchObject({ step: 'done' });
    }
  }
});
