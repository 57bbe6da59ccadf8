import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAppRedirectUri } from '../../server/resources/app-redirect-uris.ts';
import { parseAllowedOrigin } from '../../server/resources/origins.ts';
import { parseRedirectUri } from '../../server/resources/redirect-uris.ts';
import { allows, type Resource, readAppRedirectUri, readOrigin, readRedirectUri } from './resource.ts';

describe('reads an origin from pasted text', () => {
  test.each([
    ['https://shop.example', 'https://shop.example'],
    ['shop.example', 'https://shop.example'],
    ['https://Shop.Example/login?next=/#top', 'https://shop.example'],
    ['https://shop.example:443/', 'https://shop.example'],
    ['shop.example:8443', 'https://shop.example:8443'],
    ['https://*.shop.example', 'https://*.shop.example'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['http://localhost:3000/x', 'http://localhost:3000'],
    ['localhost:3000', 'http://localhost:3000'],
    ['127.0.0.1:3000/sign-in', 'http://127.0.0.1:3000'],
    ['https://localhost:3000', 'https://localhost:3000'],
    ['localhost.example', 'https://localhost.example'],
  ])('reads %s as %s, which the service accepts', (text, value) => {
    expect(readOrigin(text)).toEqual({ value });
    expect(parseAllowedOrigin(value)).toBe(value);
  });

  test.each([
    'http://shop.example',
    'javascript://x',
    'https://ada@shop.example',
    'https://',
    'https://a.*.example',
    '*',
    'ftp://a.example',
  ])('refuses %s', (text) => {
    expect(readOrigin(text)).toHaveProperty('mistake');
  });

  test('keeps an origin in the form of the service', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), fc.string(), fc.domain()), (text) => {
        const read = readOrigin(text);
        if ('value' in read) expect([read.value, undefined]).toContain(parseAllowedOrigin(read.value));
      }),
    );
  });
});

test('keeps a result address in the form that browsers write', () => {
  expect(readRedirectUri('https://Shop.example/done')).toEqual({ value: 'https://shop.example/done' });
  expect(parseRedirectUri('https://shop.example/done')).toBe('https://shop.example/done');
  for (const text of ['shop.example', 'http://shop.example/', 'https://shop.example/#x', 'https://a:b@shop.example/']) {
    expect(readRedirectUri(text)).toHaveProperty('mistake');
  }
});

test('takes what the service takes of addresses of apps', () => {
  for (const uri of ['com.example.app:/in', 'http://127.0.0.1/in', 'http://[::1]/in', 'https://app.shop.example/in']) {
    expect(readAppRedirectUri(uri)).toEqual({ value: uri });
    expect(parseAppRedirectUri(uri)).toBe(uri);
  }
  for (const text of [
    'app:/in',
    'http://localhost/in',
    'http://127.0.0.1:8080/in',
    'com.example.app:/in?x',
    'https://a.example',
  ]) {
    expect(readAppRedirectUri(text)).toHaveProperty('mistake');
    expect(parseAppRedirectUri(text)).toBeUndefined();
  }
});

test('decides where the widget may be embedded as the service does', () => {
  const resource = {
    allowedOrigins: ['https://a.example', 'https://*.b.example'],
    allowLocalhost: false,
  } as unknown as Resource;
  expect(allows(resource, 'https://a.example')).toBe(true);
  expect(allows(resource, 'https://x.b.example')).toBe(true);
  for (const origin of ['https://b.example', 'https://x.y.b.example', 'https://a.example:8443', 'http://localhost:1']) {
    expect(allows(resource, origin)).toBe(false);
  }
  expect(allows({ ...resource, allowLocalhost: true }, 'http://localhost:1')).toBe(true);
});
