import { expect, test } from 'vitest';
import { resolveByDns } from './resolve-host.ts';

const never = new AbortController().signal;

test('addresses and this machine’s own name are resolved without a query', async () => {
  expect(await resolveByDns('192.0.2.1', never)).toEqual(['192.0.2.1']);
  expect(await resolveByDns('2001:db8::1', never)).toEqual(['2001:db8::1']);
  expect(await resolveByDns('localhost', never)).toEqual(['127.0.0.1', '::1']);
});

test('a slow name server is not waited for after the timeout', async () => {
  const over = new AbortController();
  const resolving = resolveByDns('unregistered.invalid', over.signal);
  over.abort();
  expect(await resolving).toEqual([]);
});
