import { checkBoundaries } from './boundaries/check.ts';
import { report } from './report.ts';

/** `tsx tools/check-boundaries.ts [root]`: fails if the code breaks the layout or the dependency rules. */
const { files, references, findings } = checkBoundaries(process.argv[2] ?? process.cwd());
if (files === 0) throw new Error('There is no source file here; a check of nothing proves nothing.');
report('boundaries', findings, `${files} files, ${references} references, all in order`);
