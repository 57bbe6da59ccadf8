import { z } from '@hono/zod-openapi';
import { ACTOR_KINDS, type ActorReference } from '../../kernel/actor.ts';
import { canonicalAddress } from '../../kernel/addresses.ts';
import type {
  AdministratorId,
  ApiKeyId,
  FilterId,
  FlowId,
  ResourceId,
  TokenId,
  UserId,
  WebhookId,
} from '../../kernel/ids.ts';
import { parseId } from '../../kernel/ids.ts';
import { emailShape, loginShape, phoneShape } from '../../kernel/names.ts';

/** The pieces that requests are made of. */

function id<T extends string>(prefix: 'res' | 'usr' | 'tok' | 'flt' | 'key' | 'adm' | 'whk' | 'flw', example: string) {
  return z
    .custom<T>((text) => parseId(prefix, text) !== undefined, `an id such as ${example}`)
    .openapi({ type: 'string', pattern: `^${prefix}_[0-9a-hjkmnp-tv-z]{11}$`, example });
}

export const resourceId = id<ResourceId>('res', 'res_01k8dq9z2mp');
export const userId = id<UserId>('usr', 'usr_01k8dq9z2mp');
export const tokenId = id<TokenId>('tok', 'tok_01k8dq9z2mp');
export const filterId = id<FilterId>('flt', 'flt_01k8dq9z2mp');
export const webhookId = id<WebhookId>('whk', 'whk_01k8dq9z2mp');
export const flowId = id<FlowId>('flw', 'flw_01k8dq9z2mp');
export const apiKeyId = id<ApiKeyId>('key', 'key_01k8dq9z2mp');
export const administratorId = id<AdministratorId>('adm', 'adm_01k8dq9z2mp');

/** An id or null. Without the explicit types the OpenAPI generator leaves out the null of a named schema. */
export function idOrNull<S extends z.ZodType>(id: S) {
  return id.nullable().openapi({ type: ['string', 'null'] });
}

/** Text that people read: one line, no controls. */
export function label(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.trim() !== '' && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text), 'one line of text');
}

/** Any name or id a person may be called by; who it is, is decided elsewhere. */
export const anyName = z.string().min(1).max(200);

export const login = z.string().refine(loginShape, '1 to 50 characters without spaces');
export const email = z.string().refine(emailShape, 'an e-mail address of at most 100 characters');
export const phone = z.string().refine(phoneShape, '10 to 15 digits, with or without a leading +');

/** A password as typed. Its length is judged where it is set; here only a bound keeps bodies sane. */
export const password = z.string().min(1).max(1024);

export const nonce = z
  .string()
  .regex(/^[A-Za-z0-9_.~-]{16,256}$/, '16 to 256 characters of A-Z a-z 0-9 _ . ~ -')
  .openapi({ description: 'Random, from the host’s own session; at least 128 bits.' });

export const instant = z.int().min(0).max(8_640_000_000_000_000).openapi({ description: 'Milliseconds since 1970.' });

/** Of a person, as a host's backend saw it. */
export const personAddress = z
  .string()
  .max(64)
  .refine((text) => canonicalAddress(text) !== undefined, 'an IPv4 or IPv6 address')
  .optional()
  .openapi({
    description: 'The person’s address as your server saw it. Filters that need one deny without it.',
    example: '203.0.113.7',
  });

/** The language of a message: the nearest that there is. */
export const languageTag = z
  .string()
  .regex(/^[A-Za-z0-9-]{2,35}$/, 'a BCP 47 tag')
  .optional()
  .openapi({ description: 'Of the message. English where there is no other.', example: 'de' });

export const pageQuery = z.strictObject({
  after: z.string().max(500).optional().openapi({ description: '`next` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const order = z.enum(['asc', 'desc']).optional();
const search = z.string().min(1).max(200).optional();

/** An instant in a query. */
export const instantQuery = z.coerce.number().pipe(instant).optional();

/** Of a list that goes by creation alone. */
export const orderedPageQuery = pageQuery.extend({
  order: order.openapi({ description: 'The newest first, or the oldest.' }),
});

/** The same, of what has names: those that fit, in the order of their creation. */
export const searchedPageQuery = orderedPageQuery.extend({
  search: search.openapi({ description: 'What a name begins with, in any case.' }),
});

/** Of a list that can also be had by name. */
export const namedPageQuery = pageQuery.extend({
  search: search.openapi({ description: 'What a name begins with, in any case.' }),
  sort: z.enum(['created', 'name']).optional(),
  order: order.openapi({ description: 'By creation the newest first, by name from A on.' }),
});

export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const createdBy = z
  .object({ kind: z.enum(ACTOR_KINDS), id: z.string().optional() })
  .openapi('Creator')
  .nullable()
  .openapi({ description: 'Who made it; null where nobody kept track.' });

/** A reference as it is shown. */
export function presentCreator(reference: ActorReference | undefined): z.input<typeof createdBy> {
  return reference === undefined ? null : { ...reference };
}

export const otherResources = z.int().optional().openapi({
  description:
    'For administrators other than the superuser: the number of further resources where it is used, which they do not see.',
});

export function presentOthers(count: number): { otherResources?: number } {
  return count === 0 ? {} : { otherResources: count };
}

export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

export const creationHeaders = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .openapi({ description: 'Repeating the request with the same key answers the first answer again, for a day.' }),
});
