import { defineDocument } from '../../store/define-document.ts';
import { indexBuildDocument } from '../../store/documents.ts';
import type { ProcessRegistry } from './process-registry.ts';

export const processesDocument = defineDocument<ProcessRegistry, []>({
  kind: 'processes',
  description:
    'The processes that run: version, ids of their master keys, last renewal. And the oldest version that may start.',
  anchor: 'server',
  // With the progress of the indexes: a process that starts may have to reset that in the same commit.
  key: () => [indexBuildDocument.key().anchor],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'never; a record that is not renewed counts for three minutes at most',
});
