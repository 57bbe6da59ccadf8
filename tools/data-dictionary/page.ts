import { CATALOGUE } from '../../server/operations/maintenance/catalogue.ts';
import type { DocumentDefinition } from '../../server/store/define-document.ts';

const HEAD = `# Data dictionary

Every kind of document in the store: what the service keeps about a person, and what comes back with a restore. Written by
\`npm run docs:data\`.

- **Stored with**: what the document belongs to. Documents that are stored with the same thing change together.
- **Encrypted**: what is under the master key. Passwords, API keys and the secrets of links are stored as hashes.
- **Restore**: what a [restore](operations/backup.md#restore) does with it. \`drop\` leaves it out; empty: it comes back as it was.
- **Expires**: when the store removes it. Empty: only when it is deleted.
`;

type Row = Pick<DocumentDefinition, 'kind' | 'description' | 'anchor' | 'secretFields' | 'onRestore' | 'expires'>;

/** The page `docs/data-dictionary.md`: a table by kind, in the order of the alphabet. */
export function dataDictionaryPage(documents: readonly Row[] = CATALOGUE.documents): string {
  const unless = (usual: string, text: string) => (text === usual ? '' : text);
  const rows = [...documents]
    .sort((one, other) => (one.kind < other.kind ? -1 : 1))
    .map(({ kind, description, anchor, secretFields = '', onRestore, expires }) =>
      [`\`${kind}\``, description, anchor, secretFields, unless('keep', onRestore), unless('never', expires)].map(
        (cell) => cell.replaceAll('|', '\\|'),
      ),
    );
  const table = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `${HEAD}\n| Kind | What it holds | Stored with | Encrypted | Restore | Expires |\n|---|---|---|---|---|---|\n${table}\n`;
}
