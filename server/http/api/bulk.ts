import { REFUSALS } from '@countersign/protocol/codes';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { IdPrefix, idFromBytes } from '../../kernel/ids.ts';
import { mapConcurrent } from '../../kernel/map-concurrent.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal, type Refusal, refusal } from '../../kernel/result.ts';
import type { NewId } from '../../records/create-object.ts';
import { doInBulk, type Row, WIDE, WIDTH } from '../../records/do-in-bulk.ts';
import { assign, judgeAssignment } from '../../resources/assign.ts';
import { assignmentInput } from '../../resources/assignment-routes.ts';
import { makeToken, shownOnce, tokenInput } from '../../tokens/routes.ts';
import { makeUser, userInput } from '../../users/routes.ts';
import { validateNewToken, validateNewUser } from '../../users/validate-rows.ts';
import type { AppEnv } from '../context.ts';
import { faultOf } from '../problem.ts';
import { authorize } from './authorize.ts';
import { creationHeaders } from './fields.ts';
import { apiRouter, errorsIn, errorsOf, jsonAnswer, jsonBody, problemSchema, refusals } from './router.ts';

/** Apart from `/users/…`, where a fixed part beside the id is more than the compiled router takes. */
export const BULK_PATHS = ['/bulk/users', '/bulk/tokens', '/bulk/assignments'] as const;
const MOST_ROWS = 500;

const MAX_KEY_LENGTH = 128;
const key = z.string().max(MAX_KEY_LENGTH).optional();
/** The rows are judged one by one, so that a bad one does not spoil the others; described they are all the same. */
function requestOf(schema: string) {
  const row = {
    anyOf: [
      { $ref: `#/components/schemas/${schema}` },
      {
        type: 'object' as const,
        description: 'The same with a `key` of your own, which the answer repeats.',
        properties: { key: { type: 'string' as const, maxLength: MAX_KEY_LENGTH } },
        required: ['key'],
      },
    ],
  };
  return z
    .strictObject({
      rows: z
        .array(z.record(z.string(), z.unknown()))
        .min(1)
        .max(MOST_ROWS)
        .openapi({ type: 'array', items: row, minItems: 1, maxItems: MOST_ROWS }),
      dryRun: z
        .boolean()
        .default(false)
        .openapi({ description: 'Judge every row and make nothing. Rows are not held against one another.' }),
    })
    .openapi(`${schema.replace('Input', '')}BulkInput`);
}

const outcome = z.object({
  key: z.string().optional(),
  status: z.int().openapi({ description: 'What the request for this row alone would have been answered with.' }),
  id: z.string().optional(),
  code: problemSchema.shape.code.optional(),
  detail: z.string().optional(),
  errors: problemSchema.shape.errors,
  retryAfterMs: z.int().optional(),
});
const outcomes = z.object({ rows: z.array(outcome) }).openapi('BulkAnswer');
const tokenOutcomes = z.object({ rows: z.array(outcome.extend(shownOnce)) }).openapi('TokenBulkAnswer');

function describeBulk<P extends string, S extends z.ZodType>(
  path: P,
  tag: string,
  summary: string,
  input: string,
  answer: S,
) {
  return createRoute({
    method: 'post',
    path,
    tags: [tag],
    summary,
    description: `1 to ${MOST_ROWS} rows, each with an outcome of its own, in their order. A row with a \`key\` is done once, however often the request is repeated; with an Idempotency-Key of the request every row has one.`,
    security: [{ apiKey: ['write'] }],
    request: { ...jsonBody(requestOf(input)), headers: creationHeaders },
    responses: { 200: jsonAnswer('What became of each row.', answer), ...refusals },
  });
}
const forUsers = describeBulk('/bulk/users', 'Users', 'Create many users', 'UserInput', outcomes);
const forTokens = describeBulk('/bulk/tokens', 'Tokens', 'Create many tokens', 'TokenInput', tokenOutcomes);
const forAssignments = describeBulk('/bulk/assignments', 'Assignments', 'Give access to many', 'Assignment', outcomes);

export function bulk(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'hasher'>) {
  const app = apiRouter();
  app.on(['POST'], [...BULK_PATHS], authorize(ports, 'write'));

  app.openapi(forUsers, async (c) => {
    const made = await rowsOf(ports, c, c.req.valid('json'), 'usr', userInput, {
      judge: (row) => validateNewUser(ports, c.get('act'), row),
      make: (birth, row) => makeUser(ports, c.get('act'), birth, row),
      width: (rows) => (rows.some(({ password }) => password !== undefined) ? WIDTH : WIDE),
    });
    return c.json({ rows: made.map((row) => ({ ...row.told, ...(row.done && { id: row.done.body.id }) })) }, 200);
  });
  app.openapi(forTokens, async (c) => {
    const made = await rowsOf(ports, c, c.req.valid('json'), 'tok', tokenInput, {
      judge: (row) => validateNewToken(ports, c.get('act'), row),
      make: (birth, row) => makeToken(ports, c.get('act'), birth, row),
    });
    const rows = made.map(({ told, done }) => {
      if (!done) return told;
      const { token, ...once } = done.body;
      return { ...told, id: token.id, ...once };
    });
    return c.json({ rows }, 200);
  });
  app.openapi(forAssignments, async (c) => {
    // An assignment has no id. Its keys are apart from those of users and tokens under the prefix of nothing made here.
    const made = await rowsOf(ports, c, c.req.valid('json'), 'acc', assignmentInput, {
      judge: (row) => judgeAssignment(ports, c.get('act'), row),
      make: (_, row) => assign(ports, c.get('act'), row),
    });
    return c.json({ rows: made.map(({ told }) => told) }, 200);
  });
  return app;
}

interface Told {
  key?: string;
  status: number;
  code?: Refusal['refused'];
  detail?: string;
  errors?: { path: string; message: string }[];
  retryAfterMs?: number;
}

/** What is done with each row, and how it is judged where nothing is to be made. */
interface Work<P extends IdPrefix, S extends z.ZodType<object>, A extends object> {
  make: (birth: NewId<ReturnType<typeof idFromBytes<P>>>, row: z.output<S>) => Promise<A | Refusal>;
  judge: (row: z.output<S>) => Promise<Refusal | undefined>;
  /** How many at once; default {@link WIDTH}. */
  width?: (rows: readonly z.output<S>[]) => number;
}

async function rowsOf<P extends IdPrefix, S extends z.ZodType<object>, A extends object>(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>,
  c: Context<AppEnv>,
  { rows: raw, dryRun }: { rows: readonly Record<string, unknown>[]; dryRun: boolean },
  prefix: P,
  schema: S,
  { make, judge, width: widthOf }: Work<P, S, A>,
): Promise<{ told: Told; done?: A }[]> {
  const whole = c.req.header('idempotency-key');
  const invalid = new Map<number, NonNullable<Told['errors']>>();
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
      key: own ?? (whole === undefined ? undefined : `${whole}/${at}`),
      fingerprint: `${c.req.path}\n${JSON.stringify(fields)}`,
      input: parsed.success && errors.length === 0 ? (parsed.data as z.output<S>) : refusal('INPUT_INVALID'),
    };
  });
  const fault = (error: unknown) => faultOf(error, c.get('log'));
  const width = widthOf?.(rows.flatMap(({ input }) => (isRefusal(input) ? [] : [input]))) ?? WIDTH;
  const outcomes = dryRun
    ? await mapConcurrent(rows, width, async ({ input }) => (isRefusal(input) ? input : await judge(input)))
    : await doInBulk(ports, c.get('act'), { prefix, rows, width, fault }, make);
  return outcomes.map((outcome, at) => {
    const given = raw[at]?.key;
    const named = typeof given === 'string' ? { key: given } : {};
    if (outcome === undefined) return { told: { ...named, status: 200 } };
    if (!isRefusal(outcome)) return { told: { ...named, status: 201 }, done: outcome };
    const { refused, detail, retryAfterMs } = outcome;
    const errors = invalid.get(at) ?? errorsIn(outcome);
    const told: Told = {
      ...named,
      status: REFUSALS[refused].status,
      code: refused,
      ...(detail !== undefined && { detail }),
      ...(errors && { errors }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
    return { told };
  });
}
