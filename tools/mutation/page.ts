import type { DecidingModule } from './modules.ts';
import { MIN_SCORE_PERCENT, type ModuleScore, percent } from './score.ts';
import type { ExplainedSurvivor } from './survivors.ts';

const HEAD = `# Mutation scores

A mutation test changes one decision of the code at a time (a comparison, a condition, a constant) and runs the tests. A
change that no test notices has survived. The modules below decide who gets in, so at least ${MIN_SCORE_PERCENT} % of the changes to each
must be noticed; a test holds this page to that. Survivors that change nothing that matters are explained below.

\`npm run mutation\` measures all modules and \`npm run mutation -- lockout\` one of them, and both write this page. They fail
on a score that is too low and on a survivor without an explanation. The score is that of the day beside it.
`;

/** The page `docs/mutation-scores.md`. */
export function mutationPage(
  modules: readonly DecidingModule[],
  scores: readonly ModuleScore[],
  explained: readonly ExplainedSurvivor[],
): string {
  const rows = modules.flatMap(({ name, files }) => {
    const score = scores.find(({ module }) => module === name);
    if (!score) return [];
    const total = score.killed + score.survived;
    const sources = files.map((file) => `\`${file.replace('!(*.test)', '*').replaceAll('|', '\\|')}\``).join(', ');
    return [`| ${name} | ${sources} | ${percent(score).toFixed(1)} % | ${score.killed} of ${total} | ${score.date} |`];
  });
  const table = ['| Module | Files | Score | Killed | Measured |', '|---|---|---|---|---|', ...rows].join('\n');
  const survivors = explained.map(
    ({ file, line, replacement, reason }) => `- \`${file}\`: ${code(line)} as ${code(replacement)}: ${reason}`,
  );
  const list = survivors.length === 0 ? '' : `\n## Explained survivors\n\n${survivors.join('\n')}\n`;
  return `${HEAD}\n${table}\n${list}`;
}

/** As inline code, also where it holds backticks. */
function code(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  if (flat === '') return 'nothing';
  return flat.includes('`') ? `\`\` ${flat} \`\`` : `\`${flat}\``;
}
