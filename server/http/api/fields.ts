import { MAX_COUNTED } from '@countersign/protocol/list-limits';
import { z } from '@hono/zod-openapi';
import { ACTOR_KINDS } from '../../kernel/actor.ts';
import { canonicalAddress } from '../../kernel/addresses.ts';
import {
  type AccountId,
  type AdministratorId,
  type ApiKeyId,
  type FilterId,
  type FlowId,
  parseId,
  type ResourceId,
  type TokenId,
  type TrustedBrowserId,
  type UserId,
  type WebhookId,
} from '../../kernel/ids.ts';
import { languageOf, MAIL_LANGUAGES } from '../../kernel/mail.ts';
import { isEmailShape, isLoginShape, isPhoneShape } from '../../kernel/names.ts';

/** The parts that requests and responses share, each with its description and its example. */

function id<T extends string>(
  prefix: 'acc' | 'res' | 'usr' | 'tok' | 'flt' | 'key' | 'adm' | 'whk' | 'flw' | 'tbr',
  of: string,
) {
  const example = `${prefix}_01k8dq9z2mp`;
  return z
    .custom<T>((text) => parseId(prefix, text) !== undefined, `an id such as ${example}`)
    .openapi({
      type: 'string',
      pattern: `^${prefix}_[0-9a-hjkmnp-tv-z]{11}$`,
      description: `Id of ${of}.`,
      example,
    });
}

export const accountId = id<AccountId>('acc', 'an account');
export const resourceId = id<ResourceId>('res', 'a resource');
export const userId = id<UserId>('usr', 'a user');
export const tokenId = id<TokenId>('tok', 'a token');
export const filterId = id<FilterId>('flt', 'a filter');
export const webhookId = id<WebhookId>('whk', 'a webhook');
export const flowId = id<FlowId>('flw', 'a sign-in');
export const apiKeyId = id<ApiKeyId>('key', 'an API key');
export const trustedBrowserId = id<TrustedBrowserId>('tbr', 'a trusted browser');
export const administratorId = id<AdministratorId>('adm', 'an administrator');

/** An id or null. Without the explicit types the OpenAPI generator drops the null of a named schema. */
export function idOrNull<S extends z.ZodType>(id: S) {
  return id.nullable().openapi({ type: ['string', 'null'] });
}

/** One line of display text, without control characters. */
export function label(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.trim() !== '' && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text), 'one line of text');
}

/** A count. */
export function count(description: string, example = 3) {
  return z.int().openapi({ description, example });
}

export const MAX_NAME_LENGTH = 200;

/** The use-case resolves the user. */
export const anyName = z
  .string()
  .min(1)
  .max(MAX_NAME_LENGTH)
  .openapi({ description: 'Id, login, alias, email address or phone number of the user.', example: 'alice' });

export const login = z
  .string()
  .refine(isLoginShape, '1 to 50 characters without spaces')
  .openapi({ description: 'The login of the user, unique within the account.', example: 'alice' });
export const email = z
  .string()
  .refine(isEmailShape, 'an email address of at most 100 characters')
  .openapi({ description: 'An email address.', example: 'alice@shop.example' });
export const phone = z
  .string()
  .refine(isPhoneShape, '10 to 15 digits, with or without a leading +')
  .openapi({ description: 'A phone number with its country code.', example: '+4915112345678' });

/** Of a password as typed. The policy checks its length where it is set; this bound only limits the body. */
export const MAX_PASSWORD_LENGTH = 1024;

export const password = z
  .string()
  .min(1)
  .max(MAX_PASSWORD_LENGTH)
  .openapi({ description: 'The password, in plain text.', example: 'violet anchor tuesday lantern' });

export const nonce = z
  .string()
  .regex(/^[A-Za-z0-9_.~-]{16,256}$/, '16 to 256 characters of A-Z a-z 0-9 _ . ~ -')
  .openapi({
    description: 'A random value of your session, at least 128 bits.',
    example: 'n-0S6_WzA2Mj8fQ1bXk5vY3c',
  });

export const instant = z
  .int()
  .min(0)
  .max(8_640_000_000_000_000)
  .openapi({ description: 'Milliseconds since 1970.', example: 1_830_000_000_000 });

/** An instant with its description. */
export function instantOf(what: string) {
  return instant.openapi({ description: `${what} Milliseconds since 1970.` });
}

export const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day as 2027-01-15')
  .openapi({ description: 'A day in UTC.', example: '2027-01-15' });

export const createdAt = instantOf('When it was created.');

/** The user's address, as the site's backend saw it. */
export const userAddress = z
  .string()
  .max(64)
  .refine((text) => canonicalAddress(text) !== undefined, 'an IPv4 or IPv6 address')
  .optional()
  .openapi({
    description: 'The IP address of the user as your server saw it. Filters that need one deny without it.',
    example: '203.0.113.7',
  });

/** The language of a message; English if there is no translation. */
export const languageTag = z
  .string()
  .regex(/^[A-Za-z0-9-]{2,35}$/, 'a BCP 47 tag')
  .optional()
  .openapi({ description: 'The language of the message. English if there is no translation.', example: 'de' });

export const pageQuery = z.strictObject({
  after: z
    .string()
    .max(500)
    .optional()
    .openapi({ description: '`next` of the previous page.', example: 'eyJhIjoxN30' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .openapi({ description: 'The maximum number of objects on the page.' }),
});

const order = z.enum(['asc', 'desc']).optional();
const search = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .openapi({ description: 'The start of a name, in any case.', example: 'ali' });

/** An instant in a query. */
export function instantQuery(description: string) {
  return z.coerce.number().pipe(instant).optional().openapi({ description, example: 1_830_000_000_000 });
}

/** Of a list in the order of creation. */
export const orderedPageQuery = pageQuery.extend({
  order: order.openapi({ description: '`desc`, the default: the newest first. `asc`: the oldest first.' }),
});

/** The same, of objects with names. */
export const searchedPageQuery = orderedPageQuery.extend({ search });

export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** Of a list that can also be sorted by name, and is counted. */
export const namedPageQuery = pageQuery.extend({
  total: flag.optional().openapi({ description: 'Whether to count the whole list, too.' }),
  search,
  sort: z.enum(['created', 'name']).optional().openapi({ description: 'Default: `created`, or `name` with `search`.' }),
  order: order.openapi({ description: 'Default: the newest first, or names from A to Z.' }),
});

export const createdBy = z
  .object({
    kind: z.enum(ACTOR_KINDS).openapi({ description: 'The kind of the creator.' }),
    id: z
      .string()
      .optional()
      .openapi({ description: 'The id of the creator, if it has one.', example: 'adm_01k8dq9z2mp' }),
  })
  .openapi('Creator', {
    description: 'Who created it.',
    example: { kind: 'administrator', id: 'adm_01k8dq9z2mp' },
  });

export const otherResources = z.int().optional().openapi({
  description:
    'For administrators other than the superuser: the number of further resources where it is used and which they cannot see.',
  example: 2,
});

export function presentOthers(count: number): { otherResources?: number } {
  return count === 0 ? {} : { otherResources: count };
}

export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({
    items: z.array(item).openapi({ description: 'The objects on this page.' }),
    next: z
      .string()
      .nullable()
      .openapi({ description: 'For `after` of the next request. Null on the last page.', example: 'eyJhIjoxN30' }),
  });
}

/** Of a list that is counted. */
export function countedPageOf<S extends z.ZodType>(item: S) {
  return pageOf(item).extend({
    total: z
      .int()
      .nullable()
      .optional()
      .openapi({
        description: `The number of objects on all pages, with \`total=true\`. Null: more than ${MAX_COUNTED} would have to be read.`,
        example: 2431,
      }),
  });
}

export const creationHeaders = z.object({
  'idempotency-key': z.string().optional().openapi({
    description: 'A repetition of the request with the same key returns the first response again, for a day.',
    example: 'b1f0c6d2-7a52-4a0e-9d7e-3b0f4c1d2e5a',
  }),
});

/**
 * A BCP 47 tag, as the language that there is a folder for: `de-AT` is `de`. The document lists none, so that a new
 * language changes nothing else.
 */
export const messageLanguage = z
  .string()
  .max(35)
  .transform(languageOf)
  .refine((lang) => MAIL_LANGUAGES.includes(lang), 'a language that the service speaks, such as en or de-AT')
  .openapi({ type: 'string', description: 'The language of the email, such as `en` or `de`.', example: 'de' });

/** Of a link whose sender may leave it to the resource. */
export const emailLanguage = messageLanguage.optional().openapi({
  description: 'The language of the email. Default: that of the resource, otherwise English.',
  example: 'de',
});
