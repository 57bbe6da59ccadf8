import { expect, test } from 'vitest';
import { FakeCodeSender } from '../../testing/fake-senders.ts';
import { sendTestCode } from './send-test-message.ts';

test('a channel that is not configured is named, instead of asking to try again', async () => {
  const codes = new FakeCodeSender();
  codes.channels = [];
  const ports = { codes, clock: { now: () => 0 }, random: { bytes: (length: number) => new Uint8Array(length) } };
  expect(await sendTestCode(ports, 'ada@shop.example', 'en')).toEqual({ refused: 'MAIL_NOT_CONFIGURED' });
  expect(await sendTestCode(ports, '+4915112345678', 'en')).toEqual({ refused: 'SMS_NOT_CONFIGURED' });
  codes.channels = ['email'];
  expect(await sendTestCode(ports, 'ada@shop.example', 'en')).toEqual({ channel: 'email', to: 'ada@shop.example' });
});
