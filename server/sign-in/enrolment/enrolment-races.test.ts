import type { FlowView } from '@countersign/protocol/flow';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { operatorContext, unassign, updateUser } from '../../testing/as-operator.ts';
import { beforeCommitOf } from '../../testing/before-commit.ts';
import { freshAddress } from '../../testing/devices/sent-device.ts';
import {
  createFixture,
  type Fixture,
  type FixtureOptions,
  overwrite,
  read,
  runMeanwhile,
  unwrap,
} from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { createSelfServiceFixture, toSelf } from '../../testing/self-service-fixture.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';
import { tokenIndexes } from '../../tokens/documents.ts';
import { userDocument } from '../../users/documents.ts';
import { addOwnToken } from '../self-service/add-token.ts';
import { startLinkedFlow } from '../start/start-linked-flow.ts';
import { ENROLMENT_LINK_LIFETIME_MS } from './enrolment-link.ts';
import { sendEnrolmentLink } from './send-enrolment-link.ts';

// SR-4, SR-38. The attack: a stranger with the password or the link types the first code of their own device just as
// that password or link becomes invalid. Every read before the commit still sees the old user.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('enrolment races');
});
beforeEach(() => {
  ports.courier.sent.length = 0;
  ports.codes.channels = ['sms', 'email'];
  ports.clock.advance(24 * 3_600_000);
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const A_MOMENT = 10_000;
const EMAIL = 'alice@shop.example';
const KINDS = ['totp', 'sms', 'email'] as const;
type Kind = (typeof KINDS)[number];
const setStage = (kind: Kind, options: FixtureOptions = {}) =>
  createFixture(ports, {
    ...options,
    resource: { enrolment: { kinds: [kind], required: true }, tokenKinds: [...KINDS, 'recovery'], ...options.resource },
    user: { email: EMAIL, ...options.user },
  });

type Change = (scene: Fixture, replica: TestPorts) => Promise<unknown>;
const set =
  (fields: Parameters<typeof updateUser>[3]): Change =>
  async ({ account, user }, replica) =>
    unwrap(await updateUser(replica, account, user.id, fields));

async function byPassword(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.password();
  return walk;
}
async function byLink(scene: Fixture): Promise<LoginDriver> {
  await sendLink(scene, ports);
  ports.clock.advance(ENROLMENT_LINK_LIFETIME_MS - A_MOMENT);
  const link = ports.courier.last('enrolment-link', EMAIL).path.split('#')[1] ?? '';
  const begun = unwrap(await startLinkedFlow(ports, { link, client: {} })) as FlowView & { handle: string };
  return new LoginDriver(scene, ports, begun, undefined);
}
const sendLink: Change = async ({ account, user, resource }, replica) =>
  unwrap(
    await sendEnrolmentLink(replica, operatorContext(account), user.id, { resource: resource.id, language: 'en' }),
  );

const appCode = ({ view }: LoginDriver) => totpApp(view).code(ports.clock.now());
async function sentCode(walk: LoginDriver): Promise<string> {
  await walk.sendFirst();
  return ports.codes.sent.at(-1)?.code ?? '';
}

/** The sign-in ends with that code, and the user has no token. */
async function expectNothingMade(
  scene: Fixture,
  walk: LoginDriver,
  otp: string,
  change: Change,
  code: string,
): Promise<void> {
  beforeCommitOf(ports, 'user', (replica) => change(scene, replica));
  expect(await walk.enrol(otp)).toMatchObject({ step: 'denied', error: { code } });
  const { assignments, enrolled = [] } = await read(ports, userDocument.key(scene.user.id));
  expect(assignments.flatMap(({ tokens }) => tokens)).toEqual([]);
  expect(enrolled).toEqual([]);
  expect(await ports.store.range(tokenIndexes.ofOwner(scene.account, scene.user.id), { limit: 10 })).toEqual([]);
}

describe('just before the commit of an enrolment with a password', () => {
  test.each<[string, Change]>([
    ['the user is blocked', set({ blocked: true })],
    ['the user has another login', set({ login: 'alice-the-second' })],
    ['the password is another', (scene, replica) => runMeanwhile.changePassword({ ...scene, ports: replica })],
    [
      'the user is taken off the resource',
      async ({ account, resource, user }, replica) =>
        unwrap(await unassign(replica, { account, resource: resource.id, user: user.id })),
    ],
  ])('%s: no token is created', async (_, change) => {
    const scene = await setStage('totp', { alone: true });
    const walk = await byPassword(scene);
    await expectNothingMade(scene, walk, appCode(walk), change, 'ACCESS_DENIED');
  });

  test.each<[Kind, Change]>([
    ['sms', set({ phone: '+491700000000' })],
    ['email', set({ email: 'elsewhere@shop.example' })],
  ])(
    'the address that the code was sent to by %s is no longer the user’s: no token is created',
    async (kind, change) => {
      const scene = await setStage(kind, { alone: true, user: { phone: freshAddress('sms') } });
      const walk = await byPassword(scene);
      await expectNothingMade(scene, walk, await sentCode(walk), change, 'ACCESS_DENIED');
    },
  );
});

test('an enrolment from the self-service page: the address changes elsewhere just before, and no token is created', async () => {
  const scene = await createSelfServiceFixture(ports, { alone: true });
  const walk = await toSelf(scene);
  await walk.self(addOwnToken, {});
  await expectNothingMade(scene, walk, appCode(walk), set({ email: 'elsewhere@shop.example' }), 'ACCESS_DENIED');
});

// SR-40
describe('just before the commit of an enrolment by a link', () => {
  test.each<[string, Change]>([
    ['a newer link was sent', sendLink],
    ['the address that it was sent to is no longer the user’s', set({ email: 'elsewhere@shop.example' })],
    [
      'the link expires',
      async ({ user }, replica) => {
        ports.clock.advance(A_MOMENT);
        await overwrite(replica, userDocument.key(user.id), { firstName: 'Alicia' });
      },
    ],
  ])('%s: no token is created', async (_, change) => {
    const scene = await setStage('totp', { alone: true, password: false, resource: { methodPolicy: 'otp' } });
    const walk = await byLink(scene);
    await expectNothingMade(scene, walk, appCode(walk), change, 'ENROLMENT_LINK_INVALID');
  });
});
