import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadSmsGateway, SmsGatewayError } from './load-sms-gateway.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-sms-'));
let files = 0;
function file(content: unknown): string {
  files += 1;
  const path = join(folder, `${files}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
function problemOf(content: unknown): string {
  try {
    loadSmsGateway(file(content));
  } catch (error) {
    if (error instanceof SmsGatewayError) return error.message;
    throw error;
  }
  return '';
}
const request = {
  url: 'https://sms.example/send',
  headers: { Authorization: 'Bearer {secret}' },
  body: { type: 'json', value: { to: '{to}', text: '{text}' } },
};

test('accepts a preset with its settings, or a custom request', () => {
  const twilio = loadSmsGateway(file({ preset: 'twilio', settings: { account: 'AC1', from: '+15005550006' } }));
  expect(twilio.gateway.url).toContain('api.twilio.com');
  expect(twilio.settings).toEqual({ account: 'AC1', from: '+15005550006' });
  const own = loadSmsGateway(file({ request }));
  expect(own.gateway).toMatchObject({ method: 'POST', query: {}, success: {} });
  expect(problemOf({ request: { ...request, url: 'http://127.0.0.1:8025/send' } })).toBe('');
});

test.each([
  ['not JSON', '{', 'not JSON'],
  ['nothing', {}, 'a preset'],
  ['both', { preset: 'twilio', request }, 'a preset'],
  ['a preset that is none', { preset: 'constructor', settings: {} }, 'a preset'],
  ['a preset without its settings', { preset: 'twilio', settings: { account: 'AC1' } }, 'settings.from'],
  ['a setting in the place of a message', { request, settings: { to: '+1' } }, 'settings.to'],
  ['plain http', { request: { ...request, url: 'http://sms.example/send' } }, 'https'],
  ['a host that a message picks', { request: { ...request, url: 'https://{text}.example/' } }, 'host'],
  ['a host behind an @', { request: { ...request, url: 'https://good@evil.example/' } }, 'host'],
  [
    'a region that is another host',
    { preset: 'sinch', settings: { account: 'a', from: 'b', region: 'evil.example/' } },
    'url',
  ],
  ['a text in a header', { request: { ...request, headers: { 'X-Text': '{text}' } } }, '{text}'],
  [
    'a line end in a header',
    { request: { ...request, headers: { 'X-A': 'a\r\nb' } } },
    'request.headers.X-A must be printable',
  ],
  ['a placeholder that nothing fills', { request: { ...request, query: { a: '{nobody}' } } }, '{nobody}'],
  ['no code anywhere', { request: { ...request, body: { type: 'form', fields: { to: '{to}' } } } }, '{code}'],
  ['a GET with a body', { request: { ...request, method: 'GET' } }, 'GET'],
  ['a redirect as a success', { request: { ...request, success: { statuses: [302] } } }, 'request.success.statuses.0'],
])('refuses before anything is sent: %s', (_, content, words) => {
  expect(problemOf(content)).toContain(words);
});

test('shows no value in an error', () => {
  expect(problemOf({ preset: 'twilio', settings: { account: 'hush-hush\r\n' } })).not.toContain('hush-hush');
  expect(problemOf('{"preset": "hush-hush')).not.toContain('hush-hush');
});
