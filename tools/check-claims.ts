import { checkDecisions } from './claims/decisions.ts';
import { checkDocuments, checkTestCommand } from './claims/documents.ts';
import { checkHygiene } from './claims/hygiene.ts';
import { checkLanguage } from './claims/language.ts';
import { checkRefusalCodes } from './claims/refusal-codes.ts';
import {
  checkRepeatedRequirements,
  checkRequirements,
  readRequirements,
  requirementsTable,
} from './claims/requirements.ts';
import { checkSnippets } from './claims/snippets.ts';
import { checkParity } from './parity/parity.ts';
import { report } from './report.ts';

/** `tsx tools/check-claims.ts [root]`: fails if a claim of a document or table is false. */
const root = process.argv[2] ?? process.cwd();
const requirements = readRequirements(root);
console.log(requirementsTable(requirements));
report(
  'claims',
  [
    ...checkDocuments(root),
    ...checkTestCommand(root),
    ...checkDecisions(root),
    ...checkRequirements(requirements),
    ...checkRepeatedRequirements(root),
    ...checkRefusalCodes(root),
    ...checkHygiene(root),
    ...checkLanguage(root),
    ...checkSnippets(root),
    ...checkParity(root),
  ],
  `${requirements.size} requirements named by tests; links, scripts, paths, records, snippets and codes hold`,
);
