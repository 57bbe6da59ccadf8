import { VARIABLES } from './variables.ts';

/** Renders the table in docs/configuration.md from the list of variables. */
export function configurationTable(): string {
  const rows = Object.entries(VARIABLES).map(
    ([name, { meaning, otherwise }]) => `| \`${name}\` | ${meaning} | ${otherwise} |`,
  );
  return ['| Variable | Meaning | Default |', '|---|---|---|', ...rows].join('\n');
}
