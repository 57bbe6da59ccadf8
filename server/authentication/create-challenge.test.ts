import { afterAll, beforeAll, expect, test } from 'vitest';
import { assign, authenticate, operatorContext, updateResource } from '../testing/as-operator.ts';
import { giveOcra } from '../testing/devices/ocra-device.ts';
import { createFixture, type Fixture, PASSWORD, setState, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { type ChallengeRequest, createChallenge } from './create-challenge.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('challenges');
});
afterAll(() => ports.close());

const ask = ({ account, resource }: Fixture, request: Partial<ChallengeRequest>) =>
  createChallenge(ports, operatorContext(account), { resource: resource.id, language: 'en', ...request });

// SR-45
test('SR-45: an answer to a question is accepted only on the resource that requested it', async () => {
  const scene = await createFixture(ports);
  const { account, resource, user } = scene;
  const device = await giveOcra(scene);
  const other = await createFixture(ports);
  const asked = unwrap(await ask(scene, { user: 'alice' }));
  expect(asked).toMatchObject({ token: device.token, kind: 'ocra', name: 'Card reader' });
  const otp = await device.answer(asked.question ?? '');
  const answer = { account, user: user.id, method: 'password-otp', password: PASSWORD, otp } as const;
  expect(await authenticate(ports, { ...answer, resource: other.resource.id })).toHaveProperty('refused');
  expect(await authenticate(ports, { ...answer, resource: resource.id })).toMatchObject({ otp: 'verified' });
  expect(await authenticate(ports, { ...answer, resource: resource.id })).toEqual({ refused: 'OTP_REPLAYED' });
});

test('a token that the resource accepts without a user is challenged by its id', async () => {
  const scene = await createFixture(ports);
  const { account, resource } = scene;
  const { token, answer } = await giveOcra(scene);
  expect(await ask(scene, { token })).toEqual({ refused: 'TOKEN_NOT_FOUND' });
  unwrap(await assign(ports, { account, resource: resource.id, token }));
  const { question = '' } = unwrap(await ask(scene, { token }));
  const shown = { account, resource: resource.id, method: 'token', token, otp: await answer(question) } as const;
  expect(await authenticate(ports, shown)).toMatchObject({ otp: 'verified', kind: 'ocra' });
});

test('challenges no token of another user, no locked one, and none of a kind that is not accepted', async () => {
  const scene = await createFixture(ports, { tokens: [{}] });
  expect(await ask(scene, { user: 'alice' })).toEqual({ refused: 'TOKEN_NOT_FOUND' });
  const { token } = await giveOcra(scene);
  const stranger = await createFixture(ports);
  expect(await ask(stranger, { user: scene.user.id })).toEqual({ refused: 'USER_NOT_FOUND' });
  expect(await ask(stranger, { user: 'alice', token })).toEqual({ refused: 'TOKEN_NOT_FOUND' });
  expect(await ask(scene, {})).toMatchObject({ refused: 'INPUT_INVALID' });
  await updateResource(ports, scene.account, scene.resource.id, { tokenKinds: ['totp'] });
  expect(await ask(scene, { user: 'alice' })).toEqual({ refused: 'TOKEN_NOT_FOUND' });
  await updateResource(ports, scene.account, scene.resource.id, { tokenKinds: ['ocra'] });
  await setState(ports, scene.account, token, 'locked');
  expect(await ask(scene, { user: 'alice' })).toEqual({ refused: 'TOKEN_LOCKED' });
});
