import { readMessages } from '@countersign/ui/i18n/read-languages';
import { CATALOGUE, TEXT_PARTS } from '../../server/messages/texts/catalogue.ts';

const HEAD = `# Text keys

Every text that [you can replace](texts.md), with the values that it must have. Written by \`npm run docs:texts\`.
`;

const TITLES: Readonly<Record<keyof typeof TEXT_PARTS, string>> = {
  'sign-in': 'Sign-in',
  passkeys: 'Passkeys',
  signing: 'Transactions',
  standalone: 'Standalone pages',
  trust: 'Trusted browsers',
  mailed: 'Mailed codes as the first factor',
  enrolment: 'Enrolment',
  'self-service': 'Self-service',
  pages: 'Hosted pages',
  mail: 'Emails',
  sms: 'Text messages',
};

/** The page \`docs/text-keys.md\`: the keys of each part, in the order of its file. */
export function textKeysPage(): string {
  const sections = (Object.entries(TEXT_PARTS) as [keyof typeof TEXT_PARTS, string][]).map(([part, file]) => {
    const rows = Object.entries(readMessages('en', file)).map(([name, text]) => {
      const key = `${part}.${name}`;
      const values = (CATALOGUE.get(key)?.variables ?? []).map((one) => `\`${one}\``).join(', ');
      return `| \`${key}\` | ${values} | ${escaped(text)} |`;
    });
    return `\n## ${TITLES[part]}\n\n| Key | Values | English |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return HEAD + sections.join('');
}

/** As text in a table: no markup, and no template of the site that shows the page. */
function escaped(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
