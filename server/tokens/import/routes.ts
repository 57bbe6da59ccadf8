import {
  IMPORT_FLAWS,
  IMPORT_FORMATS,
  IMPORT_KINDS,
  IMPORT_MAX_BYTES,
  IMPORT_MAX_ROWS,
  IMPORT_WARNINGS,
  type ImportFlaw,
  SEED_ENCODINGS,
} from '@countersign/protocol/token-import';
import { z } from '@hono/zod-openapi';
import { count, tokenId } from '../../http/api/fields.ts';
import { route } from '../../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../../http/api/router.ts';
import { IMPORT_BODY_LIMIT } from '../../http/middleware/body-limit.ts';
import { refuse } from '../../http/problem.ts';
import { isRefusal } from '../../kernel/result.ts';
import { type ImportedRow, type ImportPorts, type ImportReport, importTokens } from './import-tokens.ts';
import { base64Decode, hexDecode } from './seed-format.ts';

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
    description: 'The key of an encrypted PSKC file: hexadecimal, 16, 24 or 32 bytes.',
    example: '12345678901234567890123456789012',
  });

const input = z
  .strictObject({
    format: z
      .enum([...IMPORT_FORMATS, 'auto'])
      .default('auto')
      .openapi({
        description:
          'The format of the file. `pskc`: RFC 6030. `otpauth`, `migration`: URIs, one per line. `app`: an export of Aegis, 2FAS or Bitwarden as JSON. `auto`: detected by the content.',
      }),
    content: z
      .string()
      .min(1)
      .max(2 * IMPORT_MAX_BYTES)
      .openapi({ description: 'The file, at most 2 MiB.', example: 'otpauth://totp/alice?secret=GEZDGNBVGY3TQOJQ' }),
    encoding: z.enum(['text', 'base64']).default('text').openapi({ description: 'The encoding of `content`.' }),
    password: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .openapi({ description: 'The password of an encrypted PSKC file or export.', example: 'qwerty' }),
    preSharedKey: preSharedKey.optional(),
    kind: z.enum(IMPORT_KINDS).optional().openapi({ description: 'CSV: the kind of rows that have none.' }),
    seedEncoding: z
      .enum(SEED_ENCODINGS)
      .optional()
      .openapi({ description: 'CSV: the encoding of seeds. Default: detected by their characters.' }),
    dryRun: z.boolean().default(false).openapi({ description: 'Whether to validate every row and create nothing.' }),
    acceptPartial: z.boolean().default(false).openapi({
      description: 'Whether to import the valid rows if others are invalid. Otherwise one invalid row refuses all.',
    }),
    from: z
      .int()
      .min(0)
      .max(IMPORT_MAX_ROWS)
      .default(0)
      .openapi({ description: 'The first row that this request imports, from 0.' }),
    count: z.int().min(1).max(IMPORT_MAX_ROWS).default(IMPORT_MAX_ROWS).openapi({
      description: 'The number of rows that this request imports, so that a large file can be imported in steps.',
    }),
  })
  .refine(({ password, preSharedKey }) => password === undefined || preSharedKey === undefined, {
    message: 'a password or a pre-shared key, not both',
    path: ['preSharedKey'],
  })
  .openapi('TokenImportInput', { description: 'A file with tokens.' });

const outcome = z
  .object({
    line: count('The line of the file, or the entry of an export of an app, from 1.', 2),
    serial: z.string().optional().openapi({ description: 'The serial number.', example: '1300467712' }),
    outcome: z.enum(['made', 'exists', 'importable', 'refused']).openapi({
      description:
        'What happened. `made`: imported. `exists`: imported before. `importable`: valid, but not imported by this request. `refused`: invalid.',
    }),
    id: tokenId.optional(),
    code: z.string().optional().openapi({ description: 'Why it is invalid. Stable.', example: 'SEED_TOO_SHORT' }),
    detail: z.string().optional().openapi({ description: 'The same for people.', example: 'The seed is too short.' }),
  })
  .openapi('TokenImportRow', { description: 'The outcome of one row.' });
const answer = z
  .object({
    format: z.enum(IMPORT_FORMATS).openapi({ description: 'The format of the file.' }),
    counts: z
      .object({
        made: count('Rows that were imported.', 10),
        exists: count('Rows that were imported before.', 0),
        importable: count('Valid rows that this request did not import.', 0),
        refused: count('Invalid rows.', 0),
      })
      .openapi({ description: 'The number of rows by outcome.' }),
    warnings: z
      .array(
        z.object({
          code: z.enum(keysOf(IMPORT_WARNINGS)).openapi({ description: 'Stable.' }),
          detail: z.string().openapi({ description: 'The same for people.', example: 'The file is not encrypted.' }),
        }),
      )
      .openapi({ description: 'What to note about the file.' }),
    rows: z.array(outcome).openapi({ description: 'The rows, in the order of the file.' }),
  })
  .openapi('TokenImportAnswer', { description: 'The outcome of an import.' });

const importing = route({
  method: 'post',
  path: '/token-imports',
  scope: 'write',
  operationId: 'importTokens',
  tag: 'Tokens',
  summary: 'Import tokens from a file',
  description: `Up to ${IMPORT_MAX_ROWS} tokens of PSKC, CSV, otpauth:// URIs or an export of Google Authenticator, Aegis, 2FAS or Bitwarden. The whole file is validated before the first token is created. Repeating the request creates only what is missing. The response contains no seed.`,
  maxBodyBytes: IMPORT_BODY_LIMIT,
  request: jsonBody(input),
  responses: { 200: jsonAnswer('The outcome of each row.', answer) },
  handle: async (c, ports: ImportPorts) => {
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
  },
});

/** Rows named in a refusal; a dry run names all. */
const MAX_NAMED_ROWS = 100;

export const tokenImportRoutes = [importing];

/** The refusal of a whole file has its flaw as the detail; add the sentence for it here. */
function named<R extends { detail?: string }>(verdict: R): R {
  const { detail } = verdict;
  return isFlaw(detail) ? { ...verdict, detail: `${detail}: ${IMPORT_FLAWS[detail]}` } : verdict;
}

function errorsOf({ rows }: ImportReport): { path: string; message: string }[] {
  const refused = rows.flatMap(({ outcome, code, line }, at) => (outcome === 'refused' ? [{ code, line, at }] : []));
  return refused.slice(0, MAX_NAMED_ROWS).map(({ code, line, at }) => ({
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
