/**
 * The HTTP request of an SMS gateway with `{placeholders}`, and the response that means success. Each position encodes
 * its value by its own rules, in one pass, so that no value is read as a placeholder, a separator or another field.
 */
export interface SmsGateway {
  method: 'POST' | 'PUT' | 'GET';
  /** Placeholders only after the host; percent-encoded. */
  url: string;
  query: Readonly<Record<string, string>>;
  /** Only the operator's values: of a message nothing but its id goes into a header. */
  headers: Readonly<Record<string, string>>;
  basic?: { user: string; password: string };
  body?: { type: 'form'; fields: Readonly<Record<string, string>> } | { type: 'json'; value: JsonTemplate };
  success: {
    /** Default: any 2xx. */
    statuses?: readonly number[];
    /** JSON pointers (RFC 6901) and the required text at each. */
    json?: Readonly<Record<string, string>>;
  };
}

export type JsonTemplate =
  | string
  | number
  | boolean
  | null
  | readonly JsonTemplate[]
  | { readonly [name: string]: JsonTemplate };

/** The values of a message. */
export const MESSAGE_PLACEHOLDERS = ['to', 'digits', 'text', 'code', 'id'] as const;
type MessageValues = Record<(typeof MESSAGE_PLACEHOLDERS)[number], string>;

/** `{name}`, in lower case. Other text in braces is literal. */
const PLACEHOLDER = /\{([a-z]{1,20})\}/g;

export function placeholdersIn(template: JsonTemplate): string[] {
  if (typeof template === 'string') return [...template.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '');
  if (typeof template !== 'object' || template === null) return [];
  return Object.values(template).flatMap(placeholdersIn);
}

export function fill(template: string, values: Values, encode: (value: string) => string = plain): string {
  return template.replace(PLACEHOLDER, (match, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? match : encode(value);
  });
}

type Values = Readonly<Record<string, string>>;

/**
 * The request for one message.
 *
 * @param own the operator's settings and their secret
 */
export function gatewayRequest(gateway: SmsGateway, own: Values, message: MessageValues) {
  const values = { ...own, ...message };
  const url = new URL(fill(gateway.url, values, encodeURIComponent));
  for (const [name, template] of Object.entries(gateway.query)) url.searchParams.append(name, fill(template, values));
  const headers: Record<string, string> = {};
  for (const [name, template] of Object.entries(gateway.headers)) {
    headers[name.toLowerCase()] = fill(template, { ...own, id: message.id });
  }
  if (gateway.basic) {
    const pair = `${fill(gateway.basic.user, own)}:${fill(gateway.basic.password, own)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  const { body } = gateway;
  if (!body) return { method: gateway.method, url: url.href, headers };
  if (body.type === 'json') {
    headers['content-type'] = 'application/json';
    return { method: gateway.method, url: url.href, headers, body: JSON.stringify(fillTree(body.value, values)) };
  }
  const form = new URLSearchParams();
  for (const [name, template] of Object.entries(body.fields)) form.append(name, fill(template, values));
  headers['content-type'] = 'application/x-www-form-urlencoded';
  return { method: gateway.method, url: url.href, headers, body: form.toString() };
}

/** Fills in each leaf, so that no value changes the structure around it. */
function fillTree(template: JsonTemplate, values: Values): JsonTemplate {
  if (typeof template === 'string') return fill(template, values);
  if (Array.isArray(template)) return template.map((item: JsonTemplate) => fillTree(item, values));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([name, item]) => [name, fillTree(item, values)]));
}

/** True if the gateway has accepted the message. An unreadable response is a failure. */
export function isAcceptedResponse(
  { success }: Pick<SmsGateway, 'success'>,
  answer: { status: number; text: string },
): boolean {
  const { statuses, json } = success;
  const isRight = statuses ? statuses.includes(answer.status) : answer.status >= 200 && answer.status <= 299;
  if (!isRight || !json) return isRight;
  const parsed = readJson(answer.text);
  return Object.entries(json).every(([pointer, expected]) => {
    const found = valueAt(parsed, pointer);
    return (typeof found === 'string' || typeof found === 'number') && String(found) === expected;
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function valueAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replace(/~1/g, '/').replace(/~0/g, '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

function plain(value: string): string {
  return value;
}
