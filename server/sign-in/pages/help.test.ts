import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFixture, type Fixture, ORIGIN } from '../../testing/fixtures.ts';
import { openService, type Service } from '../../testing/http-service.ts';
import { ISSUER } from '../../testing/test-ports.ts';

let service: Service;
let scene: Fixture;
beforeAll(async () => {
  service = await openService('help');
  scene = await createFixture(service.ports, { resource: { name: 'Shop', allowedOrigins: [ORIGIN] } });
});
afterAll(() => service.ports.close());

const pageFor = async (query: Record<string, string> = {}) => {
  const response = await service.call(`GET /widget/v1/help?${new URLSearchParams(query)}`);
  expect(response.status).toBe(200);
  return { response, text: await response.text() };
};

test('is the document, with a heading to jump to for each code, and runs no script', async () => {
  const { response, text } = await pageFor();
  for (const code of ['ORIGIN_NOT_ALLOWED', 'FRAME_BLOCKED', 'RESULT_ORIGIN_WRONG']) {
    expect(text).toContain(`<h3 id="${code}">`);
  }
  expect(text).not.toContain('class="answer"');
  expect(text).not.toMatch(/<script|href="[^#/]/);
  expect(response.headers.get('content-security-policy')).not.toMatch(/script-src|unsafe/);
});

// SR-13: what a page or anyone else learns about a resource and an origin is what the frame's response says.
describe('an answer about a resource and an origin', () => {
  test('says whether the frame is shown', async () => {
    const { text } = await pageFor({ resource: scene.resource.id, origin: ORIGIN });
    expect(text).toContain('this service shows the sign-in there');
  });

  test('is the same for an unknown resource and an unlisted origin', async () => {
    const [unknown, unlisted] = await Promise.all(
      ['res_00000000001', scene.resource.id].map(
        async (resource) => (await pageFor({ resource, origin: 'https://evil.example' })).text,
      ),
    );
    expect(unlisted).toContain('there is no such resource, or it does not allow this origin');
    expect(unknown?.replaceAll('res_00000000001', scene.resource.id)).toBe(unlisted);
    expect(unlisted).not.toContain('Shop');
  });

  // SR-30
  test('shows what the address says as text', async () => {
    const { text } = await pageFor({ resource: '"><script>alert(1)</script>', origin: "'><img src=x>" });
    expect(text).not.toMatch(/<script|<img/);
  });
});

describe('a frame of the service under another name', () => {
  const look = JSON.stringify({ theme: 'auto', locale: 'en', closable: false, variables: {} });
  const frameAt = async (host: string) => {
    const query = new URLSearchParams({ resource: scene.resource.id, origin: ORIGIN, look });
    return (await service.call(`GET /widget/v1/frame?${query}`, { headers: { host } })).text();
  };

  test('names the service’s own URL in the console', async () => {
    expect(await frameAt('10.0.0.5:8080')).toContain('SERVICE_DIFFERS');
    expect(await frameAt(new URL(ISSUER).host)).not.toContain('SERVICE_DIFFERS');
  });
});
