import { defineDocument } from '../../store/define-document.ts';
import type { ProcessRegistry } from './process-registry.ts';

export const processesDocument = defineDocument<ProcessRegistry, []>({
  kind: 'processes',
  description:
    'The processes that run: version, ids of their master keys, last renewal. And the oldest version that may start.',
  anchor: 'server',
  key: () => ['processes'],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'never; a record that is not renewed counts for three minutes at most',
});
