import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { TokenId } from '../kernel/ids.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { beforeCommitOf } from '../testing/before-commit.ts';
import { giveOcra } from '../testing/devices/ocra-device.ts';
import { freshAddress, giveSent } from '../testing/devices/sent-device.ts';
import { createFixture, type Fixture, read, signInByApi, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { apiScope } from '../tokens/challenge.ts';
import { challengeDocument, tokenDocument } from '../tokens/documents.ts';
import { RESEND_AFTER_MS } from '../tokens/kinds/sent/out-of-band-code.ts';
import { createChallenge } from './create-challenge.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('challenge races');
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

/** Requests a challenge and returns the answer that the owner would type. */
type Ask = (over: TestPorts) => Promise<string>;
type Give = (scene: Fixture) => Promise<{ token: TokenId; ask: Ask }>;

const request = (over: TestPorts, { account, resource, user }: Fixture) =>
  createChallenge(over, operatorContext(account), { resource: resource.id, user: user.login, language: 'en' });

const GIVE: Record<string, Give> = {
  question: async (scene) => {
    const device = await giveOcra(scene, 'OCRA-1:HOTP-SHA1-6:QN08');
    const ask: Ask = async (over) => {
      unwrap(await request(over, scene));
      const asked = await read(over, challengeDocument.key(device.token, apiScope(scene.resource.id, scene.user)));
      return device.answer(asked.kind === 'ocra' ? asked.question : '');
    };
    return { token: device.token, ask };
  },
  'sent code': async (scene) => {
    const to = freshAddress('email');
    const { id } = await giveSent(scene, 'email', to);
    const ask: Ask = async (over) => {
      ports.clock.advance(RESEND_AFTER_MS);
      unwrap(await request(over, scene));
      return ports.codes.last(to).code;
    };
    return { token: id, ask };
  },
};

// SR-4, SR-45, SR-48. The attack: a stranger who saw an answer over a shoulder submits it just as its owner requests
// another. The answer was valid when it was read, and the token itself has not changed since.
test.each(Object.entries(GIVE))('a %s replaced by another just before the commit is refused', async (_, give) => {
  const scene = await createFixture(ports);
  const { token, ask } = await give(scene);
  const first = await ask(ports);
  let second = '';
  beforeCommitOf(ports, challengeDocument.key(token, apiScope(scene.resource.id, scene.user)).name, async (replica) => {
    second = await ask(replica);
  });
  expect(await signInByApi(ports, scene, first)).toEqual({ refused: 'OTP_WRONG' });
  expect(second).not.toBe('');
  expect(await read(ports, tokenDocument.key(token))).toMatchObject({ failures: 1 });
  // The replacement has not been used up by it.
  expect(await signInByApi(ports, scene, second)).toMatchObject({ otp: 'verified' });
});
