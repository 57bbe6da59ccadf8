import { CHECKLIST, type ChecklistItem, OPTIONAL_ITEMS } from '@countersign/protocol/checklist';
import { z } from '@hono/zod-openapi';
import { route } from '../http/api/route.ts';
import { jsonAnswer, refuseResult } from '../http/api/router.ts';
import { isRefusal } from '../kernel/result.ts';
import { type ChecklistPorts, readChecklist } from './read-checklist.ts';

const HINTS: Record<ChecklistItem, string> = {
  'activate-plan': 'Activate a service plan: without one no user can sign in.',
  'make-api-key': 'Create an API key for the site’s backend.',
  'add-resource': 'Add the site to protect as a resource.',
  'allow-origin': 'Put the site’s origin on the resource’s allow list, so that its pages may embed the widget.',
  'add-user': 'Add the users who will sign in.',
  'add-token': 'Add a token for one-time passwords.',
  assign: 'Assign users and tokens to the resource: without an assignment no user has access.',
  'first-login': 'See the first user sign in to your site, and its backend accept the result.',
  'set-up-mail':
    'Configure a mail server, so that users get their links by email. Without one you hand links over yourself.',
  'second-administrator': 'Invite a second administrator, who can manage the account when you cannot.',
  'copy-master-key':
    'Keep a copy of the master key apart from the data, then tick this: without the key no service starts.',
  'back-up': 'Make a full backup: `countersign backup FILE`.',
  'replace-lost-tokens':
    'Send an enrolment link to the users who sign in with the password alone since a device was lost.',
};

const answer = z
  .object({
    items: z
      .array(
        z.object({
          item: z.enum(CHECKLIST).openapi({ description: 'What to do.' }),
          done: z.boolean().openapi({ description: 'Whether it is done.' }),
          count: z.int().optional().openapi({
            description: 'How many users it concerns, among the owners of the newest deactivated tokens.',
            example: 2,
          }),
          hint: z.string().openapi({ description: 'The same for people.', example: HINTS['activate-plan'] }),
        }),
      )
      .openapi({ description: 'The steps to the first sign-in, then what is easily forgotten.' }),
    done: z.boolean().openapi({ description: 'Whether all steps to the first sign-in are done.' }),
  })
  .openapi('Checklist', { description: 'What is left to set up.' });

export const checklistRoutes = [
  route({
    method: 'get',
    path: '/checklist',
    scope: 'read',
    operationId: 'readChecklist',
    tag: 'Account',
    summary: 'Read what is left to set up',
    responses: { 200: jsonAnswer('In the best order.', answer) },
    handle: async (c, ports: ChecklistPorts) => {
      const verdict = await readChecklist(ports, c.get('act'));
      if (isRefusal(verdict)) return refuseResult(c, verdict);
      const items = verdict.items.map((one) => ({ ...one, hint: HINTS[one.item] }));
      return c.json({ items, done: items.every(({ item, done }) => done || OPTIONAL_ITEMS.includes(item)) }, 200);
    },
  }),
];
