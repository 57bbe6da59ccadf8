import { SmartRouter } from 'hono/router/smart-router';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openService, type Service } from './testing/http-service.ts';

let service: Service;
beforeAll(async () => {
  service = await openService('router');
});
afterAll(() => service.ports.store.close());

// One path that Hono's compiled router cannot hold (a literal beside a parameter, or two names for one parameter)
// silently sends every request of the service through the slow one.
it('all paths together fit the compiled router', async () => {
  await service.call('GET /health/live');
  const { router } = service.app;
  expect(router instanceof SmartRouter && router.activeRouter.name).toBe('RegExpRouter');
});
