import { readFileSync } from 'node:fs';
import { CodedError } from '@countersign/protocol/coded-error';
import { parseUrl } from '@countersign/protocol/parse-url';
import { z } from 'zod';
import { isLoopbackHost } from '../kernel/addresses.ts';
import {
  fill,
  type JsonTemplate,
  MESSAGE_PLACEHOLDERS,
  placeholdersIn,
  type SmsGateway,
} from '../messages/sms/gateway.ts';
import { GATEWAY_PRESETS } from '../messages/sms/gateway-presets.ts';

/** The file of the gateway is invalid. The message names the path and never the value. */
export class SmsGatewayError extends CodedError {
  readonly code = 'SMS_GATEWAY_INVALID';
  constructor(file: string, problems: readonly string[], options?: ErrorOptions) {
    super(`the SMS gateway in ${file} is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`, options);
  }
}

const text = z.string('must be text').max(2000, 'is longer than 2000 characters');
const texts = z.record(z.string().min(1).max(100), text, 'must be an object of texts');
const printable = text.regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');
const tree: z.ZodType<JsonTemplate> = z.lazy(() =>
  z.union([text, z.number(), z.boolean(), z.null(), z.array(tree), z.record(z.string(), tree)]),
);
const request = z.strictObject({
  method: z.enum(['POST', 'PUT', 'GET'], 'must be POST, PUT or GET').default('POST'),
  url: text,
  query: texts.default({}),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,60}$/, 'must be the name of a header'), printable).default({}),
  basic: z.strictObject({ user: printable, password: printable }).optional(),
  body: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('form'), fields: texts }),
      z.strictObject({ type: z.literal('json'), value: tree }),
    ])
    .optional(),
  success: z
    .strictObject({
      statuses: z.array(z.int().min(200).max(299), 'must be a list of statuses from 200 to 299').min(1).optional(),
      json: z.record(z.string().regex(/^(\/[^/]*)+$/, 'must be a JSON pointer'), text).optional(),
    })
    .default({}),
});
const settings = z
  .record(
    z.string().regex(/^[a-z]{1,20}$/, 'must be 1 to 20 letters from a to z'),
    printable.min(1, 'must not be empty'),
  )
  .default({});
const schema = z.union(
  [z.strictObject({ preset: z.enum(Object.keys(GATEWAY_PRESETS)), settings }), z.strictObject({ request, settings })],
  `must have a preset (${Object.keys(GATEWAY_PRESETS).join(', ')}) or a request, and settings`,
);

interface LoadedGateway {
  gateway: SmsGateway;
  /** Values of the operator's own placeholders. */
  settings: Readonly<Record<string, string>>;
}

/**
 * Reads an SMS gateway from a JSON file: a preset with its settings, or a custom request.
 *
 * @throws {SmsGatewayError}
 */
export function loadSmsGateway(file: string): LoadedGateway {
  const read = schema.safeParse(readJson(file));
  if (!read.success) throw new SmsGatewayError(file, read.error.issues.flatMap(problemsOf));
  const preset = 'preset' in read.data ? GATEWAY_PRESETS[read.data.preset] : undefined;
  const gateway = preset ? preset.gateway : (read.data as { request: SmsGateway }).request;
  const problems = [
    ...(preset?.needs ?? [])
      .filter((name) => !Object.hasOwn(read.data.settings, name))
      .map((name) => `settings.${name} is needed`),
    ...checkSettings(read.data.settings),
    ...checkGateway(gateway, read.data.settings),
  ];
  if (problems.length > 0) throw new SmsGatewayError(file, problems);
  return { gateway, settings: read.data.settings };
}

function readJson(file: string): unknown {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new SmsGatewayError(file, ['the file cannot be read'], { cause: error });
  }
  try {
    return JSON.parse(content);
  } catch {
    // The parser's message quotes the text.
    throw new SmsGatewayError(file, ['the file is not JSON']);
  }
}

function checkSettings(given: Readonly<Record<string, string>>): string[] {
  const taken = [...MESSAGE_PLACEHOLDERS, 'secret'];
  return Object.keys(given)
    .filter((name) => taken.some((one) => one === name))
    .map((name) => `settings.${name} is what a message or the secret fills in`);
}

/** Finds everything that would fail, or go to another host, when the first message is sent. */
function checkGateway(gateway: SmsGateway, given: Readonly<Record<string, string>>): string[] {
  const own = [...Object.keys(given), 'secret'];
  const all = [...own, ...MESSAGE_PLACEHOLDERS];
  const { url, query, headers, basic, body } = gateway;
  const unknown = (place: string, template: JsonTemplate, known: readonly string[]) =>
    placeholdersIn(template)
      .filter((name) => !known.includes(name))
      .map((name) => `${place} has a placeholder {${name}} that nothing fills in there`);
  const content: JsonTemplate = body?.type === 'form' ? { ...body.fields } : (body?.value ?? null);
  return [
    ...unknown('url', url, all),
    ...unknown('query', { ...query }, all),
    ...unknown('headers', { ...headers }, [...own, 'id']),
    ...unknown('basic', { ...basic }, own),
    ...unknown('body', content, all),
    ...checkUrl(url, given),
    ...(gateway.method === 'GET' && body ? ['body: a GET has none'] : []),
    ...(placeholdersIn([url, { ...query }, content]).some((name) => name === 'text' || name === 'code')
      ? []
      : ['nothing in the request holds {text} or {code}']),
  ];
}

/** Every message must go to this host, whatever its recipient and text. */
function checkUrl(template: string, given: Readonly<Record<string, string>>): string[] {
  const url = fill(template, given, encodeURIComponent);
  const host = /^(https?):\/\/([^/?#@\\\s{}]+)(?:[/?#]|$)/.exec(url);
  const parsed = parseUrl(url);
  if (!host || !parsed) return ['url must be a URL whose host has no placeholder of a message'];
  if (parsed.protocol === 'https:' || isLoopbackHost(parsed.hostname)) return [];
  return ['url must be https, except on loopback'];
}

function problemsOf(issue: z.core.$ZodIssue): string[] {
  const place = issue.path.map(String).join('.') || 'the whole';
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${[...issue.path, key].join('.')} is unknown`);
  return [`${place} ${issue.message.startsWith('Invalid') ? 'is not right' : issue.message}`];
}
