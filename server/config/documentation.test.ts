import { expect, test } from 'vitest';
import { fileVariable } from './read-secret-files.ts';
import type { Variable } from './schemas.ts';
import { VARIABLES } from './variables.ts';

const HEAD = `# Configuration

The service reads environment variables and nothing else, and checks all of them, and the files that they name, before it starts. An empty variable
counts as absent.

| Variable | Meaning | Default |
|---|---|---|
`;

// Written by `npm run docs:config`.
test('docs/configuration.md lists exactly the variables of the service', async () => {
  const rows = Object.entries(VARIABLES).map(
    ([name, { meaning, otherwise, isSecret }]: [string, Variable]) =>
      `| \`${name}\`${isSecret ? ` or \`${fileVariable(name)}\`` : ''} | ${meaning} | ${otherwise} |\n`,
  );
  await expect(`${HEAD}${rows.join('')}`).toMatchFileSnapshot('../../docs/configuration.md');
});
