import { REFUSALS } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Refusal } from '../../kernel/result.ts';
import type { AppEnv } from '../context.ts';
import { type RefusalExtras, refuse } from '../problem.ts';

/** A router that responds to invalid input with 422 INPUT_INVALID, with the paths and never the values. */
export function apiRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (validated, c) => (validated.success ? undefined : refuseInvalid(c, validated.error)),
  });
}

/** Refuses with a schema's errors. */
export function refuseInvalid(c: Context<AppEnv>, error: z.ZodError) {
  return refuse(c, 'INPUT_INVALID', { errors: errorsOf(error) });
}

/** The first twenty errors by path, never with values. */
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

/** Presents a use-case's refusal as an HTTP response. */
export function refuseResult(c: Context<AppEnv>, outcome: Refusal) {
  const { refused, retryAfterMs, detail, flaw, version, puzzle } = outcome;
  const errors = errorsIn(outcome);
  const extras: RefusalExtras = omitUndefined({ retryAfterMs, detail, flaw, version, errors, puzzle });
  return refuse(c, refused, extras);
}

/** The field that a result refuses, by its name in the request, and the reason. */
export function errorsIn({ refused, field, detail }: Refusal): RefusalExtras['errors'] {
  if (field === undefined) return undefined;
  const why = refused === 'INPUT_INVALID' ? detail?.replace(`${field}: `, '') : undefined;
  return [{ path: field, message: why ?? REFUSALS[refused].title }];
}

export const problemSchema = z
  .object({
    type: z.string().openapi({
      description: 'A URN made of the code.',
      example: 'urn:countersign:refusal:INVALID_CREDENTIALS',
    }),
    title: z.string().openapi({
      description: 'For people. It may be reworded at any time.',
      example: REFUSALS.INVALID_CREDENTIALS.title,
    }),
    status: z.int().openapi({ description: 'The HTTP status.', example: REFUSALS.INVALID_CREDENTIALS.status }),
    code: z.enum(Object.keys(REFUSALS) as [keyof typeof REFUSALS]).openapi({ description: 'Stable: branch on this.' }),
    requestId: z.string().openapi({
      description: 'Also in the log of the server and in the header `X-Request-Id`.',
      example: '3f1e9f0c-6a55-4b0e-8d7c-0c2b7c5d1a42',
    }),
    detail: z.string().optional().openapi({ description: 'More about this refusal.', example: 'The body is empty.' }),
    retryAfterMs: z.int().optional().openapi({
      description: 'When to retry, in milliseconds from now. Also in `Retry-After`.',
      example: 30_000,
    }),
    flaw: z
      .enum(['listed', 'pattern', 'personal'])
      .optional()
      .openapi({ description: '`PASSWORD_COMMON`: why. It is on a list, a pattern, or about the user.' }),
    version: z.string().optional().openapi({
      description: '`VERSION_CONFLICT`: the current version of the object.',
      example: 'X7Qe0aVwL1mN2bC3dE4fG5',
    }),
    errors: z
      .array(
        z.object({
          path: z.string().openapi({ description: 'The field, as a path.', example: 'rule/countries/0' }),
          message: z.string().openapi({ description: 'What is wrong with it.', example: 'unknown field' }),
        }),
      )
      .optional()
      .openapi({ description: 'What is wrong with the input, without its values.' }),
  })
  .openapi('Problem', { description: 'Why a request was refused (RFC 9457).' });

/** Refusals in a route's description: every code is in the table. */
export const refusals = {
  default: {
    description: 'Refused. See `code`.',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
} as const;

/** A required JSON body. */
export function jsonBody<S extends z.ZodType>(schema: S) {
  return { body: { required: true, content: { 'application/json': { schema } } } } as const;
}

export function jsonAnswer<S extends z.ZodType>(description: string, schema: S) {
  return { description, content: { 'application/json': { schema } } } as const;
}
