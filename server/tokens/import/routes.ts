import {
  IMPORT_FLAWS,
  IMPORT_FORMATS,
  IMPORT_MAX_BYTES,
  IMPORT_MAX_ROWS,
  IMPORT_WARNINGS,
  type ImportFlaw,
} from '@countersign/protocol/token-import';
import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../../http/api/authorize.ts';
import { tokenId } from '../../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../../http/api/router.ts';
import { refuse } from '../../http/problem.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import { type ImportedRow, type ImportReport, importTokens } from './import-tokens.ts';
import { base64Decode, hexDecode, SEED_ENCODINGS } from './seed-format.ts';

export const IMPORT_PATH = '/token-imports';

const keysOf = <T extends string>(table: Readonly<Record<T, string>>) => Object.keys(table) as [T, ...T[]];

const preSharedKey = z
  .string()
  .max(200)
  .transform((text, context) => {
    const key = hexDecode(text);
    if (key && [16, 24, 32].includes(key.length)) return key;
    context.addIssue({ code: 'custom', message: 'hexadecimal of 16, 24 or 32 bytes' });
    return z.NEVER;
  })
  .openapi({
    type: 'string',
    description: 'Hexadecimal, 16, 24 or 32 bytes. Of a PSKC file that is encrypted with it.',
  });

const input = z
  .strictObject({
    format: z
      .enum([...IMPORT_FORMATS, 'auto'])
      .default('auto')
      .openapi({
        description: '`pskc`: RFC 6030. `otpauth`, `migration`: URIs, one a line. `auto`: told by the content.',
      }),
    content: z
      .string()
      .min(1)
      .max(2 * IMPORT_MAX_BYTES)
      .openapi({ description: 'The file, at most 2 MiB of it.' }),
    encoding: z.enum(['text', 'base64']).default('text').openapi({ description: 'How `content` holds the file.' }),
    password: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .openapi({ description: 'Of a PSKC file that is encrypted by one.' }),
    preSharedKey: preSharedKey.optional(),
    kind: z.enum(['totp', 'hotp', 'ocra']).optional().openapi({ description: 'CSV: of rows that do not say theirs.' }),
    seedEncoding: z
      .enum(SEED_ENCODINGS)
      .optional()
      .openapi({ description: 'CSV: how seeds are written. Told by their letters when left out.' }),
    dryRun: z.boolean().default(false).openapi({ description: 'Judge every row and make nothing.' }),
    acceptPartial: z.boolean().default(false).openapi({
      description: 'Make the good rows although others are refused. Otherwise one bad row refuses them all.',
    }),
    from: z.int().min(0).max(IMPORT_MAX_ROWS).default(0),
    count: z.int().min(1).max(IMPORT_MAX_ROWS).default(IMPORT_MAX_ROWS).openapi({
      description: 'With `from`: which rows this request makes, so that a large file can be made in steps.',
    }),
  })
  .refine(({ password, preSharedKey }) => password === undefined || preSharedKey === undefined, {
    message: 'a password or a pre-shared key, not both',
    path: ['preSharedKey'],
  })
  .openapi('TokenImportInput');

const outcome = z
  .object({
    line: z.int().openapi({ description: 'Of the file, from 1.' }),
    serial: z.string().optional(),
    outcome: z.enum(['made', 'exists', 'importable', 'refused']).openapi({
      description:
        '`exists`: is there already, from this import or one before. `importable`: nothing is against it, and this request made nothing of it.',
    }),
    id: tokenId.optional(),
    code: z.string().optional().openapi({ description: 'Why it is refused; stable.', example: 'SEED_TOO_SHORT' }),
    detail: z.string().optional().openapi({ description: 'The same for people.' }),
  })
  .openapi('TokenImportRow');
const answer = z
  .object({
    format: z.enum(IMPORT_FORMATS),
    counts: z.object({ made: z.int(), exists: z.int(), importable: z.int(), refused: z.int() }),
    warnings: z.array(z.object({ code: z.enum(keysOf(IMPORT_WARNINGS)), detail: z.string() })),
    rows: z.array(outcome),
  })
  .openapi('TokenImportAnswer');

const importing = createRoute({
  method: 'post',
  path: IMPORT_PATH,
  tags: ['Tokens'],
  summary: 'Import tokens from a file',
  description: `Up to ${IMPORT_MAX_ROWS} tokens of PSKC, CSV, otpauth:// URIs or an export of Google Authenticator. The whole file is judged before the first is made; repeating the request makes what is missing and nothing twice. No seed is in the answer.`,
  security: [{ apiKey: ['write'] }],
  request: jsonBody(input),
  responses: { 200: jsonAnswer('What became of each row.', answer), ...refusals },
});

/** Rows that are named in a refusal; a dry run names all. */
const MOST_NAMED = 100;

export function tokenImports(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>) {
  const app = apiRouter();
  app.on(['POST'], [IMPORT_PATH], authorize(ports, 'write'));

  app.openapi(importing, async (c) => {
    const { content: text, encoding, ...options } = c.req.valid('json');
    const content = encoding === 'text' ? Buffer.from(text, 'utf8') : base64Decode(text);
    if (!content) return refuse(c, 'INPUT_INVALID', { errors: [{ path: 'content', message: 'base64' }] });
    const verdict = await importTokens(ports, c.get('act'), { ...options, content });
    if (isRefusal(verdict)) return refuseResult(c, named(verdict));
    if (!verdict.allowed && !options.dryRun) return refuse(c, 'IMPORT_REFUSED', { errors: errorsOf(verdict) });
    const { format, warnings, rows } = verdict;
    const count = (wanted: ImportedRow['outcome']) => rows.filter((row) => row.outcome === wanted).length;
    const body = {
      format,
      counts: {
        made: count('made'),
        exists: count('exists'),
        importable: count('importable'),
        refused: count('refused'),
      },
      warnings: warnings.map((code) => ({ code, detail: IMPORT_WARNINGS[code] })),
      rows: rows.map((row) => ({ ...row, ...detailOf(row.code) })),
    };
    return c.json(body, 200);
  });
  return app;
}

/** A refusal of the whole file carries its flaw; here that gets its sentence. */
function named<R extends { detail?: string }>(verdict: R): R {
  const { detail } = verdict;
  return isFlaw(detail) ? { ...verdict, detail: `${detail}: ${IMPORT_FLAWS[detail]}` } : verdict;
}

function errorsOf({ rows }: ImportReport): { path: string; message: string }[] {
  const refused = rows.flatMap(({ outcome, code, line }, at) => (outcome === 'refused' ? [{ code, line, at }] : []));
  return refused.slice(0, MOST_NAMED).map(({ code, line, at }) => ({
    path: `rows/${at}`,
    message: `line ${line}: ${code}: ${detailOf(code).detail ?? ''}`,
  }));
}

function detailOf(code: string | undefined): { detail?: string } {
  return isFlaw(code) ? { detail: IMPORT_FLAWS[code] } : {};
}

function isFlaw(code: string | undefined): code is ImportFlaw {
  return code !== undefined && Object.hasOwn(IMPORT_FLAWS, code);
}
