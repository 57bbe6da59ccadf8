import type { DecidingModule } from './modules.ts';
import { UNTRIED_REQUIREMENTS } from './requirement-rules.ts';
import type { RequirementScore } from './requirements.ts';
import { MIN_SCORE_PERCENT, type ModuleScore, percent } from './score.ts';

const HEAD = `# Mutation scores

\`npm run mutation\` changes one decision of the code at a time, runs the tests, and writes this page. The tests must notice at least
${MIN_SCORE_PERCENT} % of the changes to each module that decides who gets in, records it or keeps the service running. The reason for each
change that may survive is in \`tools/mutation/survivors/\`.
`;

const REQUIREMENTS = `## Security requirements

\`npm run mutation -- --requirements\` breaks one rule of a [requirement](security-requirements.md) and runs the test that names it, which must
fail. Where a requirement has several rules, its rows break one or two of them.

| Requirement | Rule in | Test | Killed |
|---|---|---|---|
`;

/** The page `docs/mutation-scores.md`. */
export function mutationPage(
  modules: readonly DecidingModule[],
  scores: readonly ModuleScore[],
  requirements: readonly RequirementScore[],
  untried: Readonly<Record<string, string>> = UNTRIED_REQUIREMENTS,
): string {
  const reasons = Object.entries(untried).map(([requirement, reason]) => `- ${requirement} has no row. ${reason}\n`);
  const broken = requirements.map(
    ({ requirement, file, test, failed }) =>
      `| ${requirement} | \`${file}\` | \`${test}\` | ${failed > 0 ? 'yes' : '**no**'} |\n`,
  );
  const rows = modules.flatMap(({ name }) => {
    const score = scores.find(({ module }) => module === name);
    if (!score) return [];
    const total = score.killed + score.survived;
    return [`| ${name} | ${percent(score).toFixed(1)} % | ${score.killed} of ${total} | ${score.date} |`];
  });
  return `${HEAD}\n| Module | Score | Noticed | Measured |\n|---|---|---|---|\n${rows.join('\n')}\n\n${REQUIREMENTS}${broken.join('')}\n${reasons.join('')}`;
}
