import type { Service } from '../connection/service.ts';
import { importRows } from '../transfer/import-rows.ts';
import type { Progress } from '../transfer/progress.ts';
import type { Row } from '../transfer/rows.ts';
import { asksForToken, type TokenSettings } from './asks-for-token.ts';
import type { MigrationCode, Report } from './report.ts';

/** A user whom this run or an earlier one created. */
export interface MovedUser {
  /** Their record in the export, and where it ends. */
  line: number;
  bytes: number;
  login: string;
  /** Undefined in a dry run. */
  id: string | undefined;
  /** The tokens of the record that can move. */
  tokens: number;
  /** They had a second factor in the other system, also one that cannot move. */
  hadToken: boolean;
  /** Created by an earlier run: they may have set up a token since. */
  wasThere: boolean;
}

export interface OpenedResource extends TokenSettings {
  id: string;
  name: string;
}

interface AccessOptions {
  resource: OpenedResource;
  dryRun: boolean;
  run: string;
  rejectedFile: string;
  report: Report;
}

/**
 * Gives moved users access: with each of their tokens, which is then required, else by password. A user who had a
 * second factor but has no token here gets none where the password would be enough.
 */
export async function giveMovedAccess(
  service: Service,
  moved: readonly MovedUser[],
  { resource, report, ...options }: AccessOptions,
  progress: Progress,
): Promise<void> {
  const logins = new Map(moved.map(({ line, login }) => [line, login]));
  const rowOf = (number: number) =>
    ({ what: 'assignment', number, name: logins.get(number) ?? '', resource: resource.name }) as const;
  const bodies = async function* (): AsyncGenerator<Row> {
    for (const { line, bytes, id: user, ...about } of moved) {
      const tokens = await tokensOf(service, { id: user, ...about });
      if (tokens.length === 0 && about.hadToken && !asksForToken(resource)) {
        const detail = `set enrolment.required on ${resource.id} and run this again`;
        report.add({
          ...rowOf(line),
          outcome: 'refused',
          code: 'RESOURCE_UNGUARDED' satisfies MigrationCode,
          detail,
        });
        continue;
      }
      for (const token of tokens.length === 0 ? [undefined] : tokens) {
        if (options.dryRun) {
          report.add({ ...rowOf(line), outcome: 'made' });
          continue;
        }
        const fields = { resource: resource.id, user, ...(token !== undefined && { token }) };
        yield { line, bytes, raw: JSON.stringify(fields), fields };
      }
    }
  };
  await importRows(
    service,
    {
      ...options,
      path: '/v1/bulk/assignments',
      rows: bodies(),
      toRequest: (fields) => fields,
      settled: ({ line }, outcome) => {
        if (outcome.isDone) report.add({ ...rowOf(line), outcome: 'made' });
        else report.add({ ...rowOf(line), outcome: 'refused', code: outcome.code, detail: outcome.detail });
      },
    },
    progress,
  );
}

/** Ids of the user's tokens; in a dry run, of those that would be moved. */
async function tokensOf(
  service: Service,
  { id, tokens, wasThere }: Pick<MovedUser, 'id' | 'tokens' | 'wasThere'>,
): Promise<string[]> {
  if (id === undefined) return Array<string>(tokens).fill('');
  if (tokens === 0 && !wasThere) return [];
  const { body } = await service.send('GET', '/v1/tokens', { query: { owner: id, limit: 200 } });
  return (body as { items: { id: string; kind: string }[] }).items
    .filter(({ kind }) => kind !== 'recovery')
    .map((token) => token.id);
}
