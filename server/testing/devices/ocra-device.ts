import { apiScope } from '../../tokens/challenge.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { hashPin, ocraAnswer } from '../../tokens/kinds/ocra/answer.ts';
import { createOcraChallenge } from '../../tokens/kinds/ocra/create-ocra-challenge.ts';
import { createOcraToken } from '../../tokens/kinds/ocra/create-ocra-token.ts';
import { type OcraSuite, stepMs } from '../../tokens/kinds/ocra/suite.ts';
import type { NewPin } from '../../tokens/store-token.ts';
import type { OcraToken } from '../../tokens/token.ts';
import { assign, operatorContext } from '../as-operator.ts';
import { birth, type Fixture, read, unwrap } from '../fixtures.ts';
import { suiteOf } from '../ocra-samples.ts';
import { type DeviceKind, pick } from './device.ts';
import { withPin } from './oath-device.ts';

export const SUITE = 'OCRA-1:HOTP-SHA256-8:QN08-T1M';
export const SUITE_PIN = '314159';

export interface OcraDevice {
  token: OcraToken['id'];
  /** Its response to a question; so many presses, or time steps, ahead. */
  answer(question: string, ahead?: number): Promise<string>;
}

/** A token of this suite for the fixture's user. */
export async function giveOcra({ ports, account, resource, user }: Fixture, text = SUITE, pin?: NewPin) {
  const suite = suiteOf(text);
  const { token, secret } = unwrap(
    await createOcraToken(ports, operatorContext(account), birth(ports, 'tok'), {
      kind: 'ocra',
      name: 'Card reader',
      suite,
      counter: 0,
      owner: user.id,
      pin,
      ...(suite.pin && { suitePin: SUITE_PIN }),
    }),
  );
  unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token: token.id }));
  const device: OcraDevice = {
    token: token.id,
    async answer(question, ahead = 0) {
      const { nextCounter } = await read(ports, tokenDocument.key(token.id));
      return answerOf(suite, secret, question, { counter: nextCounter + ahead, now: ports.clock.now(), ahead });
    },
  };
  return { ...device, secret };
}

/** The response of a device of this suite. */
export function answerOf(
  suite: OcraSuite,
  secret: Uint8Array,
  question: string,
  { counter, now, ahead = 0 }: { counter: number; now: number; ahead?: number },
): string {
  const lengthMs = stepMs(suite);
  return ocraAnswer(suite, secret, {
    question,
    ...(suite.counter && { counter }),
    ...(suite.pin && { pinHash: hashPin(suite, SUITE_PIN) }),
    ...(lengthMs !== undefined && { timeSteps: Math.floor(now / lengthMs) + ahead }),
  });
}

/** Another response of the same form. */
export function wrongAnswer(right: string): string {
  return right.replace(/^./, (digit) => String((Number(digit) + 1) % 10));
}

export const ocraDevice: DeviceKind = {
  kind: 'ocra',
  takesPin: true,
  demands: true,
  async give(scene, pin) {
    const { ports, resource, user } = scene;
    const device = await giveOcra(scene, SUITE, pin);
    let shown: string | undefined;
    return {
      token: device.token,
      async ready(walk) {
        await pick(walk, device.token);
        const answer = await device.answer(walk.view.question ?? '');
        const [right, wrong] = [withPin(answer, pin), withPin(wrongAnswer(answer), pin)];
        const { seq } = walk.view;
        return { right: () => walk.otp(right, seq), wrong: () => walk.otp(wrong) };
      },
      async forApi() {
        if (shown === undefined) {
          const asked = { token: device.token, scope: apiScope(resource.id, user), resource: resource.id };
          shown = withPin(await device.answer(unwrap(await createOcraChallenge(ports, asked)).question), pin);
        }
        return { otp: shown };
      },
    };
  },
};
