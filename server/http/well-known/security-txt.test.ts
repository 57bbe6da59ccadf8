import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../config/load-config.ts';
import { DAY_MS } from '../../kernel/time.ts';
import { openService, type Service } from '../../testing/http-service.ts';
import { ISSUER } from '../../testing/test-ports.ts';

const PATH = 'GET /.well-known/security.txt';
let service: Service;
beforeAll(async () => {
  service = await openService('security-txt', undefined, { securityContact: 'mailto:security@example.com' });
});
afterAll(() => service.ports.close());

/** RFC 9116, section 2: one field a line. */
async function fields(answer: Response): Promise<Record<string, string>> {
  const lines = (await answer.text()).trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/: (.*)/, 2)));
}

// SR-64
test('a forged host or forwarding header does not appear in it', async () => {
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' };
  const text = await (await service.call(PATH, { headers })).text();
  expect(text).not.toContain('evil');
});

test.each([
  'security@example.com\nContact: mailto:evil@example.com',
  'https://example.com/\r\nContact: mailto:evil@example.com',
  'http://example.com/report',
  'https://user:password@example.com/report',
  'javascript:alert(1)',
  'not an address',
])('a contact that is none, or more than one, is refused: %j', (contact) => {
  expect(() => loadConfig({ COUNTERSIGN_SECURITY_CONTACT: contact })).toThrow('COUNTERSIGN_SECURITY_CONTACT');
});

test.each([
  ['security@example.com', 'mailto:security@example.com'],
  ['mailto:security@example.com', 'mailto:security@example.com'],
  ['https://example.com/report', 'https://example.com/report'],
])('takes an address or a page: %s', (contact, securityContact) => {
  expect(loadConfig({ COUNTERSIGN_SECURITY_CONTACT: contact })).toMatchObject({ securityContact });
});

test('names the contact, its own address and an end within a year', async () => {
  const answer = await service.call(PATH);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const { Contact, Expires = '', Canonical } = await fields(answer);
  expect({ Contact, Canonical }).toEqual({
    Contact: 'mailto:security@example.com',
    Canonical: `${ISSUER}/.well-known/security.txt`,
  });
  const left = Date.parse(Expires) - service.ports.clock.now();
  expect(left).toBeGreaterThan(30 * DAY_MS);
  expect(left).toBeLessThan(365 * DAY_MS);
});

test('does not exist without a contact', async () => {
  const without = await openService('no-security-txt');
  expect((await without.call(PATH)).status).toBe(404);
  await without.ports.close();
});
