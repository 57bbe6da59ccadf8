import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { administratorDocument } from '../administrators/documents.ts';
import { MailerUnavailable } from '../kernel/ports/mailer.ts';
import { addAdministrator, type FixtureAdministrator, proofBy, selfServiceContext } from '../testing/administrators.ts';
import { createFixture, read, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { confirmEmailChange, requestEmailChange } from './change-email.ts';

const EMAIL = 'ada@acme.example';
const NEW = 'countess@acme.example';
let ports: TestPorts;
let ada: FixtureAdministrator;

beforeAll(async () => {
  ports = await openTestPorts('change-own-email');
});
afterAll(() => ports.close());
beforeEach(async () => {
  const { account } = await createFixture(ports);
  ada = await addAdministrator(ports, account, { email: EMAIL, superuser: true });
  ports.courier.down = false;
  delete ports.courier.isAbsent;
});

const ask = () => requestEmailChange(ports, selfServiceContext(ada), proofBy(ports, ada), NEW);
const address = async () => (await read(ports, administratorDocument.key(ada.account, ada.id))).email;

test('SR-38: a mail that is made to fail reveals no code, so the address cannot be taken without proof', async () => {
  ports.courier.down = true;
  await expect(ask()).rejects.toThrow(MailerUnavailable);
  ports.courier.down = false;
  ports.clock.advance(30_000);
  expect(unwrap(await ask())).not.toHaveProperty('handOver');
  const { code } = ports.courier.last('confirmation-code', NEW);
  expect(await address()).toBe(EMAIL);
  unwrap(await confirmEmailChange(ports, selfServiceContext(ada), code));
  expect(await address()).toBe(NEW);
});

test('returns the code in the response where no mail is configured', async () => {
  ports.courier.isAbsent = true;
  const { handOver } = unwrap(await ask());
  unwrap(await confirmEmailChange(ports, selfServiceContext(ada), handOver?.code ?? ''));
  expect(await address()).toBe(NEW);
});
