import { REFUSALS } from '@countersign/protocol/codes';
import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Refusal } from '../../kernel/result.ts';
import type { AppEnv } from '../context.ts';
import { type RefusalExtras, refuse } from '../problem.ts';

/** A router whose validation failures are 422 INPUT_INVALID, naming the places and never the values. */
export function apiRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (validated, c) => (validated.success ? undefined : refuseInvalid(c, validated.error)),
  });
}

/** What a schema found wrong. */
export function refuseInvalid(c: Context<AppEnv>, error: z.ZodError) {
  return refuse(c, 'INPUT_INVALID', { errors: errorsOf(error) });
}

/** By place, never by value; the first twenty. */
export function errorsOf(error: z.ZodError): { path: string; message: string }[] {
  const errors = error.issues.flatMap((issue) => {
    const path = issue.path.map(String).join('/');
    // The names of unknown fields are the caller's own spelling; they are needed to find the typo.
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [...issue.path, key].map(String).join('/').slice(0, 200),
        message: 'unknown field',
      }));
    }
    return [{ path, message: issue.message }];
  });
  return errors.slice(0, 20);
}

/** A use-case's refusal as an HTTP answer. */
export function refuseResult(c: Context<AppEnv>, verdict: Refusal) {
  const { refused, retryAfterMs, detail, flaw, version } = verdict;
  const errors = errorsIn(verdict);
  const extras: RefusalExtras = {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(detail !== undefined && { detail }),
    ...(flaw !== undefined && { flaw }),
    ...(version !== undefined && { version }),
    ...(errors && { errors }),
  };
  return refuse(c, refused, extras);
}

/** The input that a verdict is about, as problems name it, and what is wrong with it. */
export function errorsIn({ refused, field, detail }: Refusal): RefusalExtras['errors'] {
  if (field === undefined) return undefined;
  const why = refused === 'INPUT_INVALID' ? detail?.replace(`${field}: `, '') : undefined;
  return [{ path: field, message: why ?? REFUSALS[refused].title }];
}

export const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'urn:countersign:refusal:INVALID_CREDENTIALS' }),
    title: z.string().openapi({ description: 'For people; may be reworded at any time.' }),
    status: z.int(),
    code: z.enum(Object.keys(REFUSALS) as [keyof typeof REFUSALS]).openapi({ description: 'Stable; branch on this.' }),
    requestId: z.string(),
    detail: z.string().optional(),
    retryAfterMs: z.int().optional(),
    flaw: z.enum(['listed', 'pattern', 'personal']).optional().openapi({ description: 'PASSWORD_COMMON: why.' }),
    version: z.string().optional().openapi({ description: 'VERSION_CONFLICT: the object’s version now.' }),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem');

/** A refusal in a route's description: every code is one of the table. */
export const refusals = {
  default: {
    description: 'Refused. See `code`.',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
} as const;

/** A JSON body that must be there. */
export function jsonBody<S extends z.ZodType>(schema: S) {
  return { body: { required: true, content: { 'application/json': { schema } } } } as const;
}

export function jsonAnswer<S extends z.ZodType>(description: string, schema: S) {
  return { description, content: { 'application/json': { schema } } } as const;
}
