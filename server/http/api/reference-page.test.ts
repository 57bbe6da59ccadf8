import { createHash } from 'node:crypto';
import { REFUSALS } from '@countersign/protocol/codes';
import { ICON_LINK } from '@countersign/protocol/icon';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openService, type Service } from '../../testing/http-service.ts';
import { operationsOf } from '../../testing/operations.ts';
import type { AppEnv } from '../context.ts';
import { type ApiDescription, referencePage } from './reference-page.ts';

let service: Service;
beforeAll(async () => {
  service = await openService('reference');
});
afterAll(() => service.ports.close());

describe('the reference page', () => {
  test('shows every operation and every code', async () => {
    const response = await service.call('GET /v1');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    const page = await response.text();
    for (const { path, method } of await operationsOf(service)) {
      expect(page).toContain(`/v1${path}`);
      expect(page).toContain(method);
    }
    for (const code of Object.keys(REFUSALS)) expect(page).toContain(`<code>${code}</code>`);
  });

  test('runs no script, loads nothing but the icon, and allows its one style by hash', async () => {
    const one = await service.call('GET /v1');
    const policy = one.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/style-src 'sha256-[\w+/]{43}='/);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|script-src/);
    const page = (await one.text()).replace(ICON_LINK, '');
    expect(page).not.toMatch(/<script|<img|<link|<iframe| on\w+=|style="|javascript:|(?:src|href|url)[=(]\W*https?:/i);
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(page) ?? [];
    expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
    expect(page.match(/<style/g)).toHaveLength(1);
  });

  test('SR-30: markup in the description stays text', async () => {
    const evil = '"><img src=x onerror=alert(1)></code><script>alert(1)</script>';
    const schema = { type: evil, description: evil, enum: [evil], default: evil, example: evil };
    const api = {
      info: { title: evil, version: evil, description: evil },
      paths: {
        [`/${evil}`]: {
          get: {
            tags: [evil],
            summary: evil,
            description: evil,
            security: [{ apiKey: [evil] }],
            parameters: [{ name: evil, in: evil, description: evil, schema }],
            requestBody: { content: { [evil]: { schema: { type: 'object', properties: { [evil]: schema } } } } },
            responses: { [evil]: { description: evil, content: { [evil]: { schema } } } },
          },
        },
      },
      components: { schemas: { [evil]: schema } },
    } as ApiDescription;
    const app = new Hono<AppEnv>();
    app.get(
      '/',
      referencePage(() => api),
    );
    const page = await (await app.request('/')).text();
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;script&gt;');
  });
});
