import { checkDecisions } from './docs-check/decisions.ts';
import { checkDocuments, checkPictures, checkTestCommand } from './docs-check/documents.ts';
import { checkHygiene } from './docs-check/hygiene.ts';
import { checkLanguage } from './docs-check/language.ts';
import { checkNavigation } from './docs-check/navigation.ts';
import { checkRefusalCodes } from './docs-check/refusal-codes.ts';
import {
  checkRepeatedRequirements,
  checkRequirements,
  checkUnlistedRequirements,
  readRequirements,
  requirementsTable,
} from './docs-check/requirements.ts';
import { checkSnippets } from './docs-check/snippets.ts';
import { checkTextKeys } from './docs-check/text-keys.ts';
import { checkParity } from './parity/parity.ts';
import { report } from './report.ts';

/** `tsx tools/check-docs.ts [root]`: fails if a document or table is wrong. */
const root = process.argv[2] ?? process.cwd();
const requirements = readRequirements(root);
console.log(requirementsTable(requirements));
report(
  'docs',
  [
    ...checkDocuments(root),
    ...checkPictures(root),
    ...checkTestCommand(root),
    ...checkDecisions(root),
    ...checkRequirements(requirements),
    ...checkUnlistedRequirements(root, requirements),
    ...checkRepeatedRequirements(root),
    ...checkRefusalCodes(root),
    ...checkHygiene(root),
    ...checkLanguage(root),
    ...checkSnippets(root),
    ...checkParity(root),
    ...checkNavigation(root),
    ...checkTextKeys(root),
  ],
  `${requirements.size} requirements named by tests; links, scripts, paths, records, snippets and codes hold`,
);
