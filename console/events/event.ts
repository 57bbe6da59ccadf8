import { CONSOLE_ROUTES, routeAt } from '@countersign/protocol/console-routes';
import { EVENT_OUTCOMES, type EventOutcome } from '@countersign/protocol/events';

export const EVENTS = CONSOLE_ROUTES.events[0];

/** An event as the API shows it. */
export interface EventView {
  id: string;
  segment: number;
  type: string;
  at: number;
  actor: { kind: string; id?: string };
  subject?: string;
  related?: readonly string[];
  resource?: string;
  outcome: EventOutcome;
  reason?: string;
  method?: string;
  factors?: readonly string[];
  otp?: string;
  transaction?: string;
  environment?: number;
  hook?: string;
  changed?: readonly string[];
  address?: string;
  userAgent?: string;
  requestId?: string;
  lost?: { partition: number; from: number; to: number };
}

/** The event filters, by their names in the address and the API. */
export const EVENT_FILTERS = ['type', 'outcome', 'resource', 'reason', 'subject', 'actor', 'from', 'to'] as const;
export type EventFilter = (typeof EVENT_FILTERS)[number];
export type EventFilterValues = Partial<Record<EventFilter, string>>;

const ID = /^[a-z]{3}_[0-9a-hjkmnp-tv-z]{11}$/;
const SHAPES: Readonly<Record<EventFilter, RegExp>> = {
  type: /^[a-z-]+(?:\.[a-z-]+)?$/,
  outcome: new RegExp(`^(?:${EVENT_OUTCOMES.join('|')})$`),
  resource: ID,
  reason: /^[A-Z_]{1,64}$/,
  subject: ID,
  actor: ID,
  from: /^\d{1,15}$/,
  to: /^\d{1,15}$/,
};

export function isId(text: string): boolean {
  return ID.test(text);
}

/** Reads the filters from the address and ignores invalid values. */
export function readEventFilters(query: URLSearchParams): EventFilterValues {
  const filters: EventFilterValues = {};
  for (const name of EVENT_FILTERS) {
    const value = query.get(name);
    if (value !== null && SHAPES[name].test(value)) filters[name] = value;
  }
  return filters;
}

export function queryOf(filters: EventFilterValues): string {
  const query = new URLSearchParams();
  for (const name of EVENT_FILTERS) {
    const value = filters[name];
    if (value !== undefined) query.set(name, value);
  }
  return query.toString();
}

const PAGE_BY_PREFIX: Readonly<Record<string, string>> = {
  res: 'resources',
  usr: 'users',
  tok: 'tokens',
  flt: 'filters',
  key: 'api-keys',
  adm: 'administrators',
  whk: 'webhooks',
};

/** The page that shows the object; undefined if there is none. */
export function objectPath(id: string): string | undefined {
  const page = PAGE_BY_PREFIX[id.slice(0, 3)];
  const path = `/console/${page}/${id}`;
  return page !== undefined && routeAt(path) ? path : undefined;
}
