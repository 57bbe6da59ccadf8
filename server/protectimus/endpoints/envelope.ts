import { REFUSALS } from '@countersign/protocol/codes';
import Builder from 'fast-xml-builder';
import type { Context } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import type { Refusal } from '../../kernel/result.ts';
import { FAILURES, type Failure, failureOf } from '../failure-codes.ts';

export const FORMATS = ['json', 'xml'] as const;
export type Format = (typeof FORMATS)[number];

/** No text: JSON omits it, for clients that declare a number there; XML has an empty element, which others expect. */
export const NO_TEXT = Symbol('no text');

export type Value = string | number | boolean | Shape | ValueList | typeof NO_TEXT | undefined;
/** An object of the dialect, in the order of output. Undefined members are omitted. */
export interface Shape {
  readonly [name: string]: Value;
}

/** A list: an array in JSON, in XML elements of this name. */
export class ValueList {
  readonly element: string;
  readonly items: readonly Shape[];
  constructor(element: string, items: readonly Shape[]) {
    this.element = element;
    this.items = items;
  }
}

const CONTENT_TYPES: Record<Format, string> = {
  json: 'application/json; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
};

/** Responds 200 with the result. */
export function answerOk(c: Context<AppEnv>, format: Format, response: Shape): Response {
  return write(c, format, 200, { status: 'OK', response });
}

/**
 * Responds with a failure. Clients of the dialect treat every status except 200 as an unknown error, so a refusal by
 * the rules is a 200; other statuses are for invalid credentials (401, 429) and outages (5xx, SR-3).
 *
 * @param status another one than 200
 */
export function answerFailure(
  c: Context<AppEnv>,
  format: Format,
  { failure, message, detail, status = 200 }: { failure: Failure; message: string; detail?: string; status?: Status },
): Response {
  const error = { code: FAILURES[failure], message, developerMessage: detail ?? message };
  return write(c, format, status, { status: 'FAILURE', error });
}

type Status = 200 | 401 | 403 | 429 | 500 | 503;

/** Responds with the refusal of a use-case. */
export function answerRefusal(c: Context<AppEnv>, format: Format, refusal: Refusal): Response {
  const { refused, detail, retryAfterMs } = refusal;
  const { title, status } = REFUSALS[refused];
  c.set('refusal', refused);
  if (retryAfterMs !== undefined) c.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
  const said = detail === undefined ? refused : `${refused}: ${detail}`;
  const outage = status === 500 || status === 503;
  return answerFailure(c, format, {
    failure: failureOf(refused),
    message: title,
    detail: said,
    ...(outage && { status }),
  });
}

function write(c: Context<AppEnv>, format: Format, status: Status, responseHolder: Shape): Response {
  const text = format === 'json' ? toJson({ responseHolder }) : toXml({ responseHolder });
  return c.body(text, status, { 'content-type': CONTENT_TYPES[format], 'cache-control': 'no-store' });
}

export function toJson(shape: Shape): string {
  return JSON.stringify(shape, (_name, value: unknown) => (value instanceof ValueList ? value.items : value));
}

const xml = new Builder({ format: false, suppressEmptyNode: false, processEntities: true, ignoreAttributes: true });

function toXml(shape: Shape): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${xml.build(forXml(shape))}`;
}

/** Converts lists to elements of one name, and removes from texts what XML cannot contain. */
function forXml(shape: Shape): object {
  const said = Object.entries(shape).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said.map(([name, value]) => [name, elementOf(value)]));
}

function elementOf(value: Value): object | string {
  if (value === NO_TEXT) return '';
  if (value instanceof ValueList) return { [value.element]: value.items.map(forXml) };
  return typeof value === 'object' ? forXml(value) : String(value).replace(NOT_IN_XML, '\uFFFD');
}

/** Characters that no document of XML 1.0 may contain, escaped or not (2.2), including lone surrogates. */
const NOT_IN_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
