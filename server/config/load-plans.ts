import { readFileSync } from 'node:fs';
import { CodedError } from '@countersign/protocol/coded-error';
import { QUOTA_KINDS } from '@countersign/protocol/plans';
import { z } from 'zod';
import { MAX_AMOUNT } from '../billing/ledger-entry.ts';
import { DEFAULT_CATALOGUE, type PlanCatalogue } from '../billing/plans.ts';
import type { Config } from './load-config.ts';

const count = z.int('must be a whole number').min(0, 'must not be negative').max(1_000_000_000, 'is too large');
const name = z
  .string('must be text')
  .min(1, 'must not be empty')
  .max(50, 'is longer than 50 characters')
  .refine(
    (text) => text.trim() === text && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text),
    'must be one line without spaces around',
  );

const schema = z
  .strictObject({
    currency: z.string('must be text').regex(/^[A-Z]{3}$/, 'must be three capital letters (ISO 4217)'),
    plans: z
      .array(
        z.strictObject({
          name,
          monthlyFee: z.int('must be a whole number').min(0, 'must not be negative').max(MAX_AMOUNT, 'is too large'),
          quotas: z
            .strictObject({ users: count, resources: count, filters: count, administrators: count })
            .partial()
            .default({}),
        }),
        'must be a list',
      )
      .min(1, 'must not be empty')
      .max(100, 'are more than 100'),
  })
  .refine(({ plans }) => new Set(plans.map((plan) => plan.name)).size === plans.length, {
    path: ['plans'],
    message: 'must have different names',
  });

/** The file of plans is invalid. The message names the path and never the value. */
export class PlansError extends CodedError {
  readonly code = 'PLANS_INVALID';
  constructor(file: string, problems: readonly string[], options?: ErrorOptions) {
    super(`the plans in ${file} are not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`, options);
  }
}

/**
 * Reads the service plans from a JSON file.
 *
 * @throws {PlansError} naming the path of each problem, such as `plans.1.quotas.users`
 */
export function loadPlans(file: string): PlanCatalogue {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new PlansError(file, ['the file cannot be read'], { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    throw new PlansError(file, ['the file is not JSON']);
  }
  const read = schema.safeParse(value);
  if (!read.success) throw new PlansError(file, read.error.issues.flatMap(problemsOf));
  const plans = read.data.plans.map(({ quotas, ...plan }) => {
    const given = QUOTA_KINDS.flatMap((kind) => (quotas[kind] === undefined ? [] : [[kind, quotas[kind]] as const]));
    return { ...plan, quotas: Object.fromEntries(given) };
  });
  return { currency: read.data.currency, plans };
}

function problemsOf(issue: z.core.$ZodIssue): string[] {
  const places = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return places.map((place) => {
    const what = issue.code === 'unrecognized_keys' ? 'is unknown' : plain(issue);
    return `${place.map(String).join('.') || 'the whole'} ${what}`;
  });
}

/** Zod's messages name the type, never the value; ours are plainer where there is one. */
function plain(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')
    ? `must be ${issue.expected}`
    : issue.message;
}

/** The available plans: those of the configured file, or the defaults. */
export function plansOf({ plansFile }: Pick<Config, 'plansFile'>): PlanCatalogue {
  return plansFile === undefined ? DEFAULT_CATALOGUE : loadPlans(plansFile);
}
