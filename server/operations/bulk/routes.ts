import { REFUSALS } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { creationHeaders } from '../../http/api/fields.ts';
import { route } from '../../http/api/route.ts';
import { errorsIn, errorsOf, jsonAnswer, jsonBody, problemSchema } from '../../http/api/router.ts';
import type { AppEnv } from '../../http/context.ts';
import { BULK_BODY_LIMIT } from '../../http/middleware/body-limit.ts';
import { faultOf } from '../../http/problem.ts';
import type { IdPrefix } from '../../kernel/ids.ts';
import { mapConcurrent } from '../../kernel/map-concurrent.ts';
import type { PasswordPorts, SecretPorts } from '../../kernel/ports/ports.ts';
import { isRefusal, type Refusal, refusal } from '../../kernel/result.ts';
import { linkInput, madeLink } from '../../links/link-fields.ts';
import type { LinkNeeds } from '../../links/make-link.ts';
import { assign, validateAssignment } from '../../resources/assign.ts';
import { assignmentInput } from '../../resources/assignment-routes.ts';
import { CHEAP_ROW_CONCURRENCY, doInBulk, ROW_CONCURRENCY, type Row } from '../../store/records/do-in-bulk.ts';
import type { NewIdOf } from '../../store/records/idempotency.ts';
import { makeToken } from '../../tokens/routes.ts';
import { validateNewToken } from '../../tokens/store-token.ts';
import { secretView, tokenInput } from '../../tokens/token-fields.ts';
import { isWrappedAtImport } from '../../user-management/adopt-hash.ts';
import { createUser, isCompleteUser } from '../../user-management/create-user.ts';
import { userInput } from '../../user-management/routes.ts';
import { validateNewUser } from '../../user-management/validate-new-user.ts';
import { judgeLink, linkMaker } from './links.ts';

const MAX_ROWS = 500;

const MAX_KEY_LENGTH = 128;
const key = z.string().max(MAX_KEY_LENGTH).optional();
const DESCRIBED_KEY = { description: 'A key of your own. The outcome repeats it.', example: 'row-1' };
/** The rows are judged one by one, so that a bad one does not spoil the others; described they are all the same. */
function requestOf(schema: string) {
  const row = {
    anyOf: [
      { $ref: `#/components/schemas/${schema}` },
      {
        type: 'object' as const,
        description: 'The same with a `key`.',
        properties: { key: { type: 'string' as const, maxLength: MAX_KEY_LENGTH, ...DESCRIBED_KEY } },
        required: ['key'],
      },
    ],
  };
  return z
    .strictObject({
      rows: z.array(z.record(z.string(), z.unknown())).min(1).max(MAX_ROWS).openapi({
        type: 'array',
        items: row,
        minItems: 1,
        maxItems: MAX_ROWS,
        description: 'The objects to create.',
      }),
      dryRun: z.boolean().default(false).openapi({
        description: 'Whether to validate every row and create nothing. Rows are not compared with one another.',
      }),
    })
    .openapi(`${schema.replace('Input', '')}BulkInput`, { description: 'Many objects to create.' });
}

const outcome = z
  .object({
    key: z.string().optional().openapi({ description: 'The key of the row.', example: 'row-1' }),
    status: z
      .int()
      .openapi({ description: 'The HTTP status that a request for this row alone would have.', example: 201 }),
    id: z.string().optional().openapi({ description: 'Id of the created object.', example: 'usr_01k8dq9z2mp' }),
    code: problemSchema.shape.code.optional(),
    detail: problemSchema.shape.detail,
    errors: problemSchema.shape.errors,
    retryAfterMs: problemSchema.shape.retryAfterMs,
  })
  .openapi({ example: { key: 'row-1', id: 'usr_01k8dq9z2mp' } });
const rows = 'The outcomes, in the order of the rows.';
const outcomes = z
  .object({ rows: z.array(outcome).openapi({ description: rows }) })
  .openapi('BulkAnswer', { description: 'The outcome of each row.' });
const tokenOutcomes = z
  .object({
    rows: z
      .array(
        outcome
          .extend(secretView)
          .openapi({ example: { key: 'row-1', id: 'tok_01k8dq9z2mp', secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' } }),
      )
      .openapi({ description: rows }),
  })
  .openapi('TokenBulkAnswer', { description: 'The outcome of each row.' });

const linkOutcomes = z
  .object({
    rows: z
      .array(
        outcome
          .omit({ id: true })
          .extend({ ...madeLink, expiresAt: madeLink.expiresAt.optional() })
          .openapi({ example: { key: 'row-1', expiresAt: 1_830_000_000_000 } }),
      )
      .openapi({ description: rows }),
  })
  .openapi('LinkBulkAnswer', { description: 'The outcome of each row.' });

/** Not below `/users/…`: the compiled router takes no fixed part beside the id. */
function describeBulk<const P extends string, S extends z.ZodType>(
  path: P,
  operationId: string,
  tag: string,
  summary: string,
  input: string,
  answer: S,
) {
  return {
    method: 'post',
    path,
    scope: 'write',
    operationId,
    tag,
    summary,
    description: `1 to ${MAX_ROWS} rows. Each has its own outcome. A row with a \`key\` is created once, also if the request is repeated; with an Idempotency-Key every row has one.`,
    maxBodyBytes: BULK_BODY_LIMIT,
    request: { ...jsonBody(requestOf(input)), headers: creationHeaders },
    responses: { 200: jsonAnswer('The outcome of each row.', answer) },
  } as const;
}

export const bulkRoutes = [
  route({
    ...describeBulk('/bulk/users', 'createUsers', 'Users', 'Create many users', 'UserInput', outcomes),
    handle: async (c, ports: PasswordPorts) => {
      const created = await rowsOf(ports, c, c.req.valid('json'), 'usr', userInput, {
        judge: (row) => validateNewUser(ports, c.get('act'), row),
        make: async (newId, row) => {
          const made = await createUser(ports, c.get('act'), newId, row);
          return isRefusal(made) ? made : { body: { id: made.user.id } };
        },
        recall: async (newId) => {
          const isMade = await isCompleteUser(ports, c.get('act'), newId);
          return isMade ? { body: { id: newId.id } } : undefined;
        },
        width: (rows) =>
          rows.some(({ password, passwordHash: hash }) => password !== undefined || (hash && isWrappedAtImport(hash)))
            ? ROW_CONCURRENCY
            : CHEAP_ROW_CONCURRENCY,
      });
      return c.json(
        { rows: created.map((row) => ({ ...row.told, ...omitUndefined({ id: row.done?.body.id }) })) },
        200,
      );
    },
  }),
  route({
    ...describeBulk('/bulk/tokens', 'createTokens', 'Tokens', 'Create many tokens', 'TokenInput', tokenOutcomes),
    handle: async (c, ports: PasswordPorts) => {
      const created = await rowsOf(ports, c, c.req.valid('json'), 'tok', tokenInput, {
        judge: (row) => validateNewToken(ports, c.get('act'), row),
        make: (newId, row) => makeToken(ports, c.get('act'), newId, row),
        // The rows of one owner all change the owner.
        width: (rows) => {
          const owners = rows.flatMap(({ owner }) => owner ?? []);
          return new Set(owners).size < owners.length ? ROW_CONCURRENCY : CHEAP_ROW_CONCURRENCY;
        },
      });
      const rows = created.map(({ told, done }) => {
        if (!done) return told;
        const { token, ...once } = done.body;
        return { ...told, id: token.id, ...once };
      });
      return c.json({ rows }, 200);
    },
  }),
  route({
    ...describeBulk(
      '/bulk/assignments',
      'createAssignments',
      'Assignments',
      'Create many assignments',
      'Assignment',
      outcomes,
    ),
    handle: async (c, ports: PasswordPorts) => {
      // An assignment has no id. Its keys are apart from those of users and tokens under the prefix of nothing made here.
      const created = await rowsOf(ports, c, c.req.valid('json'), 'acc', assignmentInput, {
        judge: (row) => validateAssignment(ports, c.get('act'), row),
        make: (_, row) => assign(ports, c.get('act'), row),
      });
      return c.json({ rows: created.map(({ told }) => told) }, 200);
    },
  }),
  route({
    ...describeBulk(
      '/bulk/links',
      'createLinks',
      'Users',
      'Send or make links for many users',
      'LinkInput',
      linkOutcomes,
    ),
    handle: async (c, ports: PasswordPorts & LinkNeeds) => {
      // Its keys are apart from those of the other rows under the prefix of nothing made here, as above.
      const make = linkMaker(ports, c.get('act'));
      const made = await rowsOf(ports, c, c.req.valid('json'), 'flw', linkInput, {
        judge: (row) => judgeLink(ports, c.get('act'), row),
        make: (_, row) => make(row),
        width: (rows) => (rows.some(({ delivery }) => delivery === 'mail') ? ROW_CONCURRENCY : CHEAP_ROW_CONCURRENCY),
      });
      const answers = made.map(({ told, done }) => {
        if (!done) return told;
        const { isRepeated, ...link } = done;
        return { ...told, ...(isRepeated && { status: 200 }), ...link };
      });
      return c.json({ rows: answers }, 200);
    },
  }),
];

interface RowAnswer {
  key?: string;
  status: number;
  code?: Refusal['refused'];
  detail?: string;
  errors?: { path: string; message: string }[];
  retryAfterMs?: number;
}

/** What is done with each row, and how it is judged where nothing is to be made. */
interface Work<P extends IdPrefix, S extends z.ZodType<object>, A extends object> {
  make: (newId: NewIdOf<P>, row: z.output<S>) => Promise<A | Refusal>;
  /** The answer to a row that was done before, as for `withIdempotency`. */
  recall?: (newId: NewIdOf<P>) => Promise<A | undefined>;
  judge: (row: z.output<S>) => Promise<Refusal | undefined>;
  /** How many at once; default {@link ROW_CONCURRENCY}. */
  width?: (rows: readonly z.output<S>[]) => number;
}

async function rowsOf<P extends IdPrefix, S extends z.ZodType<object>, A extends object>(
  ports: SecretPorts,
  c: Context<AppEnv>,
  { rows: raw, dryRun }: { rows: readonly Record<string, unknown>[]; dryRun: boolean },
  prefix: P,
  schema: S,
  { make, recall, judge, width: widthOf }: Work<P, S, A>,
): Promise<{ told: RowAnswer; done?: A }[]> {
  const batchKey = c.req.header('idempotency-key');
  const invalid = new Map<number, NonNullable<RowAnswer['errors']>>();
  const rows = raw.map(({ key: given, ...fields }, at): Row<z.output<S>> => {
    const parsedKey = key.safeParse(given);
    const own = parsedKey.success ? parsedKey.data : undefined;
    const parsed = schema.safeParse(fields);
    const errors = [
      ...(parsedKey.success ? [] : [{ path: 'key', message: '1 to 128 visible ASCII characters' }]),
      ...(parsed.success ? [] : errorsOf(parsed.error)),
    ];
    if (errors.length > 0) invalid.set(at, errors);
    return {
      // One key of the request serves all its rows, each by its place.
      key: own ?? (batchKey === undefined ? undefined : `${batchKey}/${at}`),
      fingerprint: `${c.req.path}\n${JSON.stringify(fields)}`,
      input: parsed.success && errors.length === 0 ? (parsed.data as z.output<S>) : refusal('INPUT_INVALID'),
    };
  });
  const fault = (error: unknown) => faultOf(error, c.get('log'));
  const width = widthOf?.(rows.flatMap(({ input }) => (isRefusal(input) ? [] : [input]))) ?? ROW_CONCURRENCY;
  const outcomes = dryRun
    ? await mapConcurrent(rows, width, async ({ input }) => (isRefusal(input) ? input : await judge(input)))
    : await doInBulk(ports, c.get('act'), { prefix, rows, width, fault }, make, recall);
  return outcomes.map((outcome, at) => {
    const given = raw[at]?.key;
    const named = typeof given === 'string' ? { key: given } : {};
    if (outcome === undefined) return { told: { ...named, status: 200 } };
    if (!isRefusal(outcome)) return { told: { ...named, status: 201 }, done: outcome };
    const { refused, detail, retryAfterMs } = outcome;
    const errors = invalid.get(at) ?? errorsIn(outcome);
    const answer: RowAnswer = {
      ...named,
      status: REFUSALS[refused].status,
      code: refused,
      ...omitUndefined({ detail, errors, retryAfterMs }),
    };
    return { told: answer };
  });
}
