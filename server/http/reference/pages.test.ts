import { createHash } from 'node:crypto';
import { brotliDecompressSync } from 'node:zlib';
import { REFUSALS } from '@countersign/protocol/codes';
import { ICON_LINK } from '@countersign/protocol/icon';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openService, type Service } from '../../testing/http-service.ts';
import { operationsOf } from '../../testing/operations.ts';
import type { AppEnv } from '../context.ts';
import type { ApiDescription } from './description.ts';
import { referencePages } from './pages.ts';
import { libraryCall } from './snippets/library-call.ts';

let service: Service;
beforeAll(async () => {
  service = await openService('reference');
});
afterAll(() => service.ports.close());

const CODES = '/v1/reference/codes';

describe('the reference', () => {
  test('has a page for every operation, and the introduction leads to each', async () => {
    const introduction = await (await service.call('GET /v1')).text();
    const operations = await operationsOf(service);
    expect(operations.length).toBeGreaterThan(100);
    for (const { path, method, id } of operations) {
      expect(introduction).toContain(`href="/v1/reference/${id}"`);
      const response = await service.call(`GET /v1/reference/${id}`);
      expect(response.headers.get('content-type')).toMatch(/^text\/html/);
      const page = await response.text();
      expect(page, id).toContain(`<code>/v1${path}</code>`);
      expect(page, id).toContain(`${method}</span>`);
      for (const language of ['curl', 'typescript', 'python', 'php', 'java']) {
        expect(page, id).toContain(`data-language="${language}"`);
      }
      const isInLibraries = libraryCall(`${method} ${path}`) !== undefined;
      expect(page.includes('The client library has no method for it.'), id).toBe(!isInLibraries);
    }
  });

  test('explains every code, with an anchor of its own', async () => {
    const page = await (await service.call(`GET ${CODES}`)).text();
    for (const code of Object.keys(REFUSALS)) expect(page).toContain(`<div id="${code}">`);
  });

  test('has no page for what is no operation', async () => {
    for (const path of ['/v1/reference/missing', '/v1/reference/constructor', '/v1/reference/']) {
      expect((await service.call(`GET ${path}`)).status, path).toBe(404);
    }
  });

  test('is sent compressed, and once rendered from memory', async () => {
    const response = await service.call('GET /v1/reference/createToken', { headers: { 'accept-encoding': 'br' } });
    expect(response.headers.get('content-encoding')).toBe('br');
    const compressed = new Uint8Array(await response.arrayBuffer());
    expect(compressed.length).toBeLessThan(16_000);
    const plain = await (await service.call('GET /v1/reference/createToken')).text();
    expect(brotliDecompressSync(compressed).toString()).toBe(plain);
  });

  test('loads nothing but the icon, and allows its one style and its one script by hash', async () => {
    for (const path of ['/v1', CODES, '/v1/reference/createToken']) {
      const one = await service.call(`GET ${path}`);
      const policy = one.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|connect-src|\*/);
      const page = (await one.text()).replace(ICON_LINK, '');
      expect(page).not.toMatch(/<img|<link|<iframe| on\w+=|style="|javascript:|<script src|url\(/i);
      for (const name of ['style', 'script']) {
        const [text, ...more] = [...page.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(
          ([, inner = '']) => inner,
        );
        expect(more).toEqual([]);
        const hash = createHash('sha256')
          .update(text ?? '')
          .digest('base64');
        expect(policy).toContain(`${name}-src 'sha256-${hash}'`);
      }
    }
  });

  test('SR-30: markup in the description stays text', async () => {
    const evil = '"><img src=x onerror=alert(1)></code><script>alert(1)</script>`\'';
    const schema = { type: evil, description: evil, enum: [evil], default: evil, example: evil };
    const content = {
      [evil]: { schema: { type: 'object', properties: { [evil]: schema } }, example: { [evil]: evil } },
    };
    const api = {
      info: { title: evil, version: evil, description: evil },
      servers: [{ url: evil }],
      paths: {
        [`/${evil}`]: {
          post: {
            operationId: 'evil',
            tags: [evil],
            summary: evil,
            description: evil,
            security: [{ apiKey: [evil] }],
            parameters: [{ name: evil, in: 'query', required: true, description: evil, schema }],
            requestBody: { content },
            responses: { [evil]: { description: evil, content } },
          },
        },
      },
      components: { schemas: { [evil]: schema } },
    } as ApiDescription;
    const app = new Hono<AppEnv>();
    app.route(
      '/v1',
      referencePages(() => api),
    );
    for (const path of ['/v1', '/v1/reference/evil']) {
      const page = await (await app.request(path)).text();
      expect(page.match(/<script/g)).toHaveLength(1);
      expect(page).not.toContain('<img');
      expect(page).toContain('&lt;script&gt;');
    }
  });
});
