import { CONSOLE_PLACES, placeAt } from '@countersign/protocol/console-places';

export const EVENTS = CONSOLE_PLACES.events[0];

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
  outcome: 'done' | 'granted' | 'refused';
  reason?: string;
  method?: string;
  factors?: readonly string[];
  otp?: string;
  transaction?: string;
  environment?: number;
  changed?: readonly string[];
  address?: string;
  userAgent?: string;
  requestId?: string;
  lost?: { partition: number; from: number; to: number };
}

/** What events are narrowed to, as the address and the API call it. */
export const NARROWS = ['type', 'outcome', 'resource', 'reason', 'subject', 'actor', 'from', 'to'] as const;
export type Narrow = (typeof NARROWS)[number];
export type Narrowed = Partial<Record<Narrow, string>>;

const ID = /^[a-z]{3}_[0-9a-hjkmnp-tv-z]{11}$/;
const SHAPES: Readonly<Record<Narrow, RegExp>> = {
  type: /^[a-z-]+(?:\.[a-z-]+)?$/,
  outcome: /^(?:done|granted|refused)$/,
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

/** What the address says; nonsense in it is as if it were not there. */
export function narrowedBy(query: URLSearchParams): Narrowed {
  const narrowed: Narrowed = {};
  for (const name of NARROWS) {
    const value = query.get(name);
    if (value !== null && SHAPES[name].test(value)) narrowed[name] = value;
  }
  return narrowed;
}

export function queryOf(narrowed: Narrowed): string {
  const query = new URLSearchParams();
  for (const name of NARROWS) {
    const value = narrowed[name];
    if (value !== undefined) query.set(name, value);
  }
  return query.toString();
}

const ROOMS: Readonly<Record<string, string>> = {
  res: 'resources',
  usr: 'users',
  tok: 'tokens',
  flt: 'filters',
  key: 'api-keys',
  adm: 'administrators',
  whk: 'webhooks',
};

/** Where the console shows what an id stands for; undefined where it has no room for it. */
export function placeOf(id: string): string | undefined {
  const room = ROOMS[id.slice(0, 3)];
  const path = `/console/${room}/${id}`;
  return room !== undefined && placeAt(path) ? path : undefined;
}
