import { parseUrl } from '@countersign/protocol/parse-url';
import { SEND_FAILURES } from '@countersign/protocol/webhooks';
import type { Choice, Input } from '../edit/inputs.ts';
import { TYPES, typeText } from '../events/i18n.ts';
import type { Fields } from '../service/conflict.ts';
import { t } from './i18n.ts';

export const WEBHOOKS = '/console/webhooks';

/** A webhook, as in the API. Its pending deliveries are included only when it is read alone. */
export interface WebhookView extends Fields {
  id: string;
  url: string;
  description?: string;
  events: readonly string[] | null;
  resources: readonly string[] | null;
  enabled: boolean;
  disabledReason?: string;
  secrets: readonly { createdAt: number; expiresAt?: number }[];
  createdAt: number;
  queue?: { pending: number; dropped: number; lastDroppedAt?: number };
}

export interface WebhookWithSecret {
  webhook: WebhookView;
  secret: string;
}

/** The text for a failure without a response. */
export function failureText(failure: string): string {
  const known = SEND_FAILURES.find((one) => one === failure);
  return known === undefined ? failure : t(known);
}

/** Until when the previous secret also signs; undefined if there is none. */
export function formerUntil({ secrets }: Pick<WebhookView, 'secrets'>, now: number): number | undefined {
  const ends = secrets.flatMap(({ expiresAt }) => (expiresAt !== undefined && expiresAt > now ? [expiresAt] : []));
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** The inputs for both a new and an existing webhook. */
export function inputsOf(resources: readonly Choice[]): Input[] {
  return [
    {
      name: 'url',
      kind: 'text',
      max: 2000,
      label: t('url'),
      hint: t('urlHint'),
      check: (text) => (/^https?:$/.test(parseUrl(text)?.protocol ?? '') ? undefined : t('urlBad')),
    },
    {
      name: 'description',
      kind: 'text',
      max: 200,
      without: t('noDescription'),
      label: t('description'),
      hint: t('descriptionHint'),
    },
    {
      name: 'events',
      kind: 'some-of',
      without: t('allEvents'),
      label: t('events'),
      hint: t('eventsHint'),
      choices: TYPES.filter((type) => type !== 'webhook.test').map((type) => ({
        value: type,
        label: typeText(type),
        // As in the API and in the deliveries.
        hint: type,
      })),
    },
    {
      name: 'resources',
      kind: 'some-of',
      without: t('resources'),
      label: t('resources'),
      hint: t('resourcesHint'),
      choices: resources,
    },
  ];
}
