import { SITE_ERRORS } from '@countersign/protocol/client-codes';
import { REFUSALS } from '@countersign/protocol/codes';

const HEAD = `# Refusal codes

Every refusal of the service, by HTTP status. Programs branch on the code, which never changes; the text may be reworded.
[What to do](api-errors.md#errors) about the common ones. Written by \`npm run docs:codes\`.
`;

const SITE_HEAD = `
## In your own site

The sign-in routes and guards of the client libraries also answer with these.

`;

/** The page \`docs/refusal-codes.md\`: the codes of each status, in the order of the alphabet, then those of a site. */
export function refusalCodesPage(
  refusals: Record<string, { status: number; title: string }> = REFUSALS,
  siteErrors: Record<string, string> = SITE_ERRORS,
): string {
  const byStatus = new Map<number, string[]>();
  for (const [code, { status, title }] of Object.entries(refusals)) {
    byStatus.set(status, [...(byStatus.get(status) ?? []), `- \`${code}\`: ${title}`]);
  }
  const sections = [...byStatus]
    .sort(([one], [other]) => one - other)
    .map(([status, lines]) => `\n## ${status}\n\n${lines.sort().join('\n')}\n`);
  const ofSites = Object.entries(siteErrors).map(([code, meaning]) => `- \`${code}\`: ${meaning}`);
  return `${HEAD}${sections.join('')}${SITE_HEAD}${ofSites.sort().join('\n')}\n`;
}
