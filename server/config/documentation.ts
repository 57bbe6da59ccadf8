import { fileVariable } from './read-secret-files.ts';
import type { Variable } from './schemas.ts';
import { VARIABLES } from './variables.ts';

/** Renders the table in docs/configuration.md from the list of variables. */
export function configurationTable(): string {
  const rows = Object.entries(VARIABLES).map(
    ([name, { meaning, otherwise, isSecret }]: [string, Variable]) =>
      `| \`${name}\`${isSecret ? ` or \`${fileVariable(name)}\`` : ''} | ${meaning} | ${otherwise} |`,
  );
  return ['| Variable | Meaning | Default |', '|---|---|---|', ...rows].join('\n');
}
