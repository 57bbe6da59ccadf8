import { CHECKLIST, type ChecklistItem } from '@countersign/protocol/checklist';
import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import { apiRouter, jsonAnswer, refusals, refuseResult } from '../http/api/router.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { readChecklist } from './read-checklist.ts';

const HINTS: Record<ChecklistItem, string> = {
  'activate-plan': 'Activate a service plan: without one nobody signs in.',
  'make-api-key': 'Make an API key for the site’s backend.',
  'add-resource': 'Add the site that is to be protected as a resource.',
  'allow-origin': 'Put the site’s origin on the resource’s allow list, so that its pages may embed the widget.',
  'add-user': 'Add the people who are to sign in.',
  'add-token': 'Add a token for one-time passwords.',
  assign: 'Assign people and tokens to the resource: nobody has access before.',
  'first-login': 'See the first person sign in.',
};

const answer = z
  .object({
    items: z.array(z.object({ item: z.enum(CHECKLIST), done: z.boolean(), hint: z.string() })),
    done: z.boolean().openapi({ description: 'All of them.' }),
  })
  .openapi('Checklist');

const route = createRoute({
  method: 'get',
  path: '/checklist',
  tags: ['Account'],
  summary: 'What is still to do until somebody can sign in',
  security: [{ apiKey: ['read'] }],
  responses: { 200: jsonAnswer('In the order in which it is done best.', answer), ...refusals },
});

export function checklist(ports: Pick<Ports, 'store' | 'clock' | 'random'>) {
  const app = apiRouter();
  app.on(['GET'], ['/checklist'], authorize(ports, 'read'));
  app.openapi(route, async (c) => {
    const verdict = await readChecklist(ports, c.get('act'));
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const items = CHECKLIST.map((item) => ({ item, done: verdict.done.has(item), hint: HINTS[item] }));
    return c.json({ items, done: items.every(({ done }) => done) }, 200);
  });
  return app;
}
