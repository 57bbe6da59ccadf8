import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addResource, createFixture, type Fixture, ORIGIN } from '../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';
import { samplePng, sampleWebp } from '../testing/images.ts';
import { logoDocument } from './documents.ts';

let service: Service;
let scene: Fixture;
let key: string;
beforeAll(async () => {
  service = await openService('logos');
  scene = await createFixture(service.ports);
  key = await service.keyFor(scene.account);
});
afterAll(() => service.ports.close());

const set = (image: string, id: string = scene.resource.id) =>
  service.call(`POST /v1/resources/${id}/logo`, { key, body: { image } });
const png = samplePng();

describe('a logo', () => {
  test('is served with its own type under the hash of its content, to our own pages alone, and is cached for ever', async () => {
    const { logo } = (await (await set(png.toString('base64'))).json()) as { logo: string };
    const answer = await service.call(`GET /widget/v1/logo?resource=${scene.resource.id}&hash=${logo}`);
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(png);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    const read = await service.call(`GET /v1/resources/${scene.resource.id}`, { key });
    expect(await read.json()).toMatchObject({ logo });
  });

  test('is in the frame with the resource’s name as its text, and only then does the policy allow our own images', async () => {
    const frame = `GET /widget/v1/frame?${new URLSearchParams({ resource: scene.resource.id, origin: ORIGIN })}`;
    const { logo } = (await (await set(png.toString('base64'))).json()) as { logo: string };
    const shown = await service.call(frame);
    expect(shown.headers.get('content-security-policy')).toMatch(/img-src 'self';/);
    expect(await shown.text()).toContain(`data-logo="/widget/v1/logo?resource=${scene.resource.id}&amp;hash=${logo}"`);
    expect((await service.call(`DELETE /v1/resources/${scene.resource.id}/logo`, { key })).status).toBe(204);
    const without = await service.call(frame);
    expect(without.headers.get('content-security-policy')).not.toContain('img-src');
    expect(await without.text()).not.toContain('data-logo');
    const gone = await service.call(`GET /widget/v1/logo?resource=${scene.resource.id}&hash=${logo}`);
    expect(await refusalOf(gone)).toEqual({ status: 404, code: 'NOT_FOUND' });
  });

  test('is replaced by another at another address, and is deleted with its resource', async () => {
    const { id } = await addResource(service.ports, scene.account);
    const hashes: string[] = [];
    for (const image of [png, sampleWebp()]) {
      const { logo } = (await (await set(image.toString('base64'), id)).json()) as { logo: string };
      hashes.push(logo);
    }
    const statuses = hashes.map(
      async (hash) => (await service.call(`GET /widget/v1/logo?resource=${id}&hash=${hash}`)).status,
    );
    expect(await Promise.all(statuses)).toEqual([404, 200]);
    await service.call(`DELETE /v1/resources/${id}`, { key });
    expect(await service.ports.store.getMany([logoDocument.key(id)], service.ports.clock.now())).toEqual([undefined]);
  });
});

// SR-30
describe('no logo', () => {
  test.each([
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64'), 'LOGO_INVALID'],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>').toString('base64'), 'LOGO_INVALID'],
    ['an address', 'https://evil.example/logo.png', 'INPUT_INVALID'],
    ['base64 with blanks', ` ${png.toString('base64')}`, 'INPUT_INVALID'],
    ['too long a text', 'A'.repeat(44_000), 'INPUT_INVALID'],
  ])('is %s', async (_, image, code) => {
    expect(await refusalOf(await set(image))).toMatchObject({ code });
  });

  test('can be set on another account’s resource, which looks like one that never existed', async () => {
    const other = await createFixture(service.ports);
    expect(await refusalOf(await set(png.toString('base64'), other.resource.id))).toEqual({
      status: 404,
      code: 'RESOURCE_NOT_FOUND',
    });
  });
});
