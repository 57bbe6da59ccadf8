import { REFUSALS } from '@countersign/protocol/codes';

const HEAD = `# Refusal codes

Every refusal of the service, by its code. The code is what programs branch on and does not change; the text that comes
with it is for people, may be reworded, and is never worth parsing. What to do about those that a backend meets most is
told for [backend developers](backend-developers.md#errors); where a code comes from, in [the API](api.md).

This page is written by \`npm run docs:codes\`, from the table that the service itself answers by.
`;

/** The page \`docs/refusal-codes.md\`: a table by code, in the order of the alphabet. */
export function refusalCodesPage(refusals: Record<string, { status: number; title: string }> = REFUSALS): string {
  const rows = Object.entries(refusals)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([code, { status, title }]) => `| \`${code}\` | ${status} | ${title.replaceAll('|', '\\|')} |`);
  return `${HEAD}\n| Code | Status | Says |\n|---|---|---|\n${rows.join('\n')}\n`;
}
