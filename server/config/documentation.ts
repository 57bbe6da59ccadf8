import { VARIABLES } from './variables.ts';

/** The table in docs/configuration.md, from the one list of variables. */
export function configurationTable(): string {
  const rows = Object.entries(VARIABLES).map(
    ([name, { meaning, otherwise }]) => `| \`${name}\` | ${meaning} | ${otherwise} |`,
  );
  return ['| Variable | Meaning | Default |', '|---|---|---|', ...rows].join('\n');
}
