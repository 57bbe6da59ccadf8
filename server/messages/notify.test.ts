import { expect, test } from 'vitest';
import { FakeMailer } from '../testing/fake-senders.ts';
import { notify } from './notify.ts';

test('a notice is sent if there is mail, and is no failed mail if there is none', () => {
  const tries: string[] = [];
  const courier = new FakeMailer();
  courier.send = async ({ to }) => void tries.push(to);
  const ports = { courier, clock: { now: () => 0 } };
  const to = { email: 'ada@shop.example', language: 'en' };
  notify(ports, to, 'password', {});
  courier.isAbsent = true;
  notify(ports, to, 'password', {});
  expect(tries).toEqual(['ada@shop.example']);
});
