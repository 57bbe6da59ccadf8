import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { assign, operatorContext, updateResource } from '../../../testing/as-operator.ts';
import { addResource, createFixture, type Fixture, unwrap } from '../../../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../../../testing/test-ports.ts';
import { requestPasswordReset } from './request-password-reset.ts';
import { viewReset } from './reset-link.ts';
import { resetPassword } from './reset-password.ts';
import { startPasswordReset } from './start-password-reset.ts';

const EMAIL = 'alice@shop.example';
let ports: TestPorts;
let scene: Fixture;
beforeAll(async () => {
  ports = await openTestPorts('reset-of-one-resource');
});
afterAll(() => ports.close());
beforeEach(async () => {
  ports.courier.sent.length = 0;
  ports.hasher.during = undefined;
  scene = await createFixture(ports, { resource: { passwordReset: true }, user: { email: EMAIL } });
});

const ask = async () => {
  const asked = { resource: scene.resource.id, name: 'alice', language: 'en' } as const;
  await unwrap(await requestPasswordReset(ports, { address: '198.51.100.7' }, asked)).deliver();
};
const linkIn = () => /#(.+)$/.exec(ports.courier.last('password-reset', EMAIL).path)?.[1] ?? '';
const redeem = (link: string) =>
  resetPassword(ports, { address: '198.51.100.7' }, { link, password: 'seven quiet marmots', language: 'en' });
const assignToBank = async (passwordReset: boolean) => {
  const bank = await addResource(ports, scene.account, { name: 'Bank', passwordReset });
  unwrap(await assign(ports, { account: scene.account, resource: bank.id, user: scene.user.id }));
  return bank;
};

// SR-67. The attack: the shop allows a mailbox to choose a new password; the bank, which does not, accepts that
// password.
describe('SR-67: a reset by mail that is requested at one resource', () => {
  test('is mailed to no user of a resource that forbids it', async () => {
    await assignToBank(false);
    await ask();
    expect(ports.courier.sent).toEqual([]);
  });

  test('is mailed where all resources of the user allow it', async () => {
    await assignToBank(true);
    await ask();
    unwrap(await redeem(linkIn()));
  });

  test.each<[string, () => Promise<unknown>]>([
    ['the user is assigned to one that does not allow it', () => assignToBank(false)],
    [
      'another resource of theirs no longer allows it',
      async () => {
        const { id } = await assignToBank(true);
        return updateResource(ports, scene.account, id, { passwordReset: false });
      },
    ],
  ])('is void once %s', async (_name, change) => {
    await ask();
    await change();
    expect(await viewReset(ports, linkIn(), undefined)).toMatchObject({ refused: 'RESET_LINK_INVALID' });
    expect(await redeem(linkIn())).toMatchObject({ refused: 'RESET_LINK_INVALID' });
  });

  test('is void if that happens while the new password is hashed', async () => {
    await ask();
    const link = linkIn();
    ports.hasher.during = async () => {
      ports.hasher.during = undefined;
      await assignToBank(false);
    };
    expect(await redeem(link)).toMatchObject({ refused: 'RESET_LINK_INVALID' });
  });

  test('can still be started by an administrator', async () => {
    await assignToBank(false);
    unwrap(await startPasswordReset(ports, operatorContext(scene.account), scene.user.id, { language: 'en' }));
    unwrap(await redeem(linkIn()));
  });
});
