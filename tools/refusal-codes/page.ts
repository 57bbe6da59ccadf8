import { REFUSALS } from '@countersign/protocol/codes';

const HEAD = `# Refusal codes

Every refusal of the service, by HTTP status. Programs branch on the code, which never changes; the text may be reworded.
[What to do](backend-developers.md#errors) about the common ones. Written by \`npm run docs:codes\`.
`;

/** The page \`docs/refusal-codes.md\`: the codes of each status, in the order of the alphabet. */
export function refusalCodesPage(refusals: Record<string, { status: number; title: string }> = REFUSALS): string {
  const byStatus = new Map<number, string[]>();
  for (const [code, { status, title }] of Object.entries(refusals)) {
    byStatus.set(status, [...(byStatus.get(status) ?? []), `- \`${code}\`: ${title}`]);
  }
  const sections = [...byStatus]
    .sort(([one], [other]) => one - other)
    .map(([status, lines]) => `\n## ${status}\n\n${lines.sort().join('\n')}\n`);
  return HEAD + sections.join('');
}
