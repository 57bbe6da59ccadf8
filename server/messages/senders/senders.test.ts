import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterEach, describe, expect, test } from 'vitest';
import type { CodeChannelSender, CodeMessage } from '../../kernel/ports/code-sender.ts';
import { MailerUnavailable } from '../../kernel/ports/mailer.ts';
import { createHttpSms } from '../../platform/sms-gateway/http-sms.ts';
import { createWebhookCodeSender } from '../../platform/webhook-code-sender/webhook-code-sender.ts';
import { FakeMailer } from '../../testing/fake-senders.ts';
import { waitUntil } from '../../testing/wait-until.ts';
import { DEFAULT_CODE_LIMITS } from '../../tokens/kinds/sent/code-limits.ts';
import { createChannelSender } from './channel-sender.ts';
import { mailedCodes } from './mailed-codes.ts';

interface ReceivedRequest {
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}
const running: Server[] = [];
const received: ReceivedRequest[] = [];
afterEach(async () => {
  received.length = 0;
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function gatewayAt(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body });
      answer(response);
    });
  });
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/codes`;
}
function first(): ReceivedRequest {
  const [only] = received;
  if (!only || received.length > 1) throw new Error(`received ${received.length} requests`);
  return only;
}
const status = (code: number) => (response: ServerResponse) => void response.writeHead(code).end();

const message: CodeMessage = {
  id: 'msg-1',
  channel: 'sms',
  to: '+4915112345678',
  language: 'en',
  code: '492817',
  site: 'Juniper & Fern',
  expiresAt: 1_800_000_300_000,
  lifetimeMs: 300_000,
};
const issuer = 'https://auth.example';
const secret = randomBytes(32);
const AT = 1_800_000_000_123;
const signedTo = (url: string, timeoutMs?: number) =>
  createWebhookCodeSender({
    url,
    secret,
    issuer,
    clock: { now: () => AT },
    ...omitUndefined({ timeoutMs }),
  });
const smsTo = (url: string, timeoutMs?: number) =>
  createHttpSms({
    gateway: {
      method: 'POST',
      url,
      query: {},
      headers: {},
      basic: { user: '{account}', password: '{secret}' },
      body: { type: 'form', fields: { To: '{to}', Body: '{text}' } },
      success: {},
    },
    settings: { account: 'AC1' },
    secret: 'hush-hush',
    issuer,
    ...omitUndefined({ timeoutMs }),
  });

test('a custom sender receives every field, signed as webhooks are', async () => {
  await signedTo(await gatewayAt(status(204))).send(message);
  const { headers, body } = first();
  expect(JSON.parse(body)).toEqual({
    id: 'msg-1',
    channel: 'sms',
    to: '+4915112345678',
    text: expect.stringContaining('492817'),
    language: 'en',
    code: '492817',
    expiresAt: 1_800_000_300_000,
  });
  // Computed by hand, as a receiver would from the Standard Webhooks specification.
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  expect(headers['webhook-id']).toBe('msg-1');
  expect(headers['webhook-timestamp']).toBe('1800000000');
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', secret).update(signed).digest('base64')}`);
});

test('a gateway receives the configured request', async () => {
  await smsTo(await gatewayAt(status(201))).send(message);
  const { headers, body } = first();
  expect(headers.authorization).toBe(`Basic ${Buffer.from('AC1:hush-hush').toString('base64')}`);
  expect(new URLSearchParams(body).get('To')).toBe('+4915112345678');
  expect(new URLSearchParams(body).get('Body')).toContain('492817 is your sign-in code for Juniper & Fern');
});

// SR-3, SR-35
describe.each([
  ['a gateway', smsTo],
  ['a courier of one’s own', signedTo],
])('SR-3: %s', (_, to) => {
  const failureOf = async (carrier: CodeChannelSender) => {
    const failure = await carrier.send(message).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(MailerUnavailable);
    // SR-35: neither the text, nor the recipient, nor the credentials.
    const errorText = `${failure instanceof Error ? `${failure.message} ${failure.stack} ${failure.cause}` : ''}`;
    for (const canary of ['492817', '4915112345678', 'hush-hush', 'AC1']) expect(errorText).not.toContain(canary);
  };

  test.each([400, 401, 404, 429, 500, 503])('with status %i has not accepted the message', async (code) => {
    await failureOf(to(await gatewayAt(status(code))));
  });

  test('with a redirect is not followed, so no credentials leak', async () => {
    const elsewhere = await gatewayAt(status(200));
    await failureOf(to(await gatewayAt((response) => void response.writeHead(307, { location: elsewhere }).end())));
    expect(received).toHaveLength(1);
  });

  test('that quotes the request is not quoted in the error', async () => {
    const quoting = (response: ServerResponse) =>
      void response.writeHead(400).end('no route to +4915112345678 for 492817');
    await failureOf(to(await gatewayAt(quoting)));
  });

  test('that never ends its response times out', async () => {
    await failureOf(to(await gatewayAt(() => {}), 50));
    const endless = (response: ServerResponse) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(32 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    };
    await failureOf(to(await gatewayAt(endless)));
  });

  test('that is unreachable', async () => {
    await failureOf(to('http://127.0.0.1:1/codes'));
  });
});

describe('all channels together', () => {
  const warned: object[] = [];
  const courierOf = (
    carriers: Partial<Record<'sms' | 'email', CodeChannelSender>>,
    more: { deadlineMs?: number } = {},
  ) =>
    createChannelSender({
      carriers,
      limits: DEFAULT_CODE_LIMITS,
      warn: (facts) => warned.push(facts),
      most: 3,
      ...more,
    });
  const mail: CodeMessage = { ...message, channel: 'email', to: 'mira@example.com' };

  test('sends each code over its own channel, and warns the operator if there is none', async () => {
    const courier = new FakeMailer();
    const all = courierOf({ email: mailedCodes(courier) });
    await all.send(mail);
    expect(courier.last('sign-in-code', 'mira@example.com')).toEqual({
      code: '492817',
      site: 'Juniper & Fern',
      lifetimeMs: 300_000,
    });
    await all.send({ ...mail, isFirst: true });
    expect(courier.last('sign-in-code', 'mira@example.com')).toMatchObject({ isFirst: true });
    await expect(all.send(message)).rejects.toBeInstanceOf(MailerUnavailable);
    expect(warned.at(-1)).toEqual({ channel: 'sms', reason: 'nothing is configured that sends these' });
  });

  test('SR-3: an error thrown by a sender counts as a message that was not sent', async () => {
    const broken = courierOf({ sms: { send: () => Promise.reject(new RangeError('+4915112345678 492817')) } });
    await expect(broken.send(message)).rejects.toBeInstanceOf(MailerUnavailable);
    expect(JSON.stringify(warned.at(-1))).not.toMatch(/4915112345678|492817/);
  });

  test('SR-20: a slow gateway delays a bounded number, refuses the rest at once and leaves the other channel alone', async () => {
    const finish: (() => void)[] = [];
    const slow: CodeChannelSender = { send: () => new Promise((resolve) => finish.push(resolve)) };
    const courier = new FakeMailer();
    const all = courierOf({ sms: slow, email: mailedCodes(courier) });
    const sent = Array.from({ length: 50 }, () =>
      all.send(message).then(
        () => 'sent',
        () => 'refused',
      ),
    );
    const outcomes = await Promise.all(sent.slice(3));
    expect(new Set(outcomes)).toEqual(new Set(['refused']));
    expect(finish).toHaveLength(3);
    await all.send(mail);
    for (const done of finish.splice(0)) done();
    expect(await Promise.all(sent.slice(0, 3))).toEqual(['sent', 'sent', 'sent']);
    // There is capacity again.
    const next = all.send(message);
    await waitUntil('the next one is under way', async () => finish.length === 1);
    finish[0]?.();
    await next;
  });

  test('returns in time before the sender is done, and holds the permit until it is', async () => {
    const finish: (() => void)[] = [];
    const slow: CodeChannelSender = { send: () => new Promise((resolve) => finish.push(resolve)) };
    const all = courierOf({ sms: slow }, { deadlineMs: 20 });
    const late = Array.from({ length: 3 }, () => all.send(message));
    for (const one of late) await expect(one).rejects.toThrow('it took too long');
    await expect(all.send(message)).rejects.toThrow('too many are being sent already');
    expect(finish).toHaveLength(3);
  });
});
