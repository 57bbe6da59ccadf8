import { MAC_KEY_CONTEXT } from '../../kernel/secret-context.ts';
import { defineDocument } from '../../store/define-document.ts';

export const macKeyDocument = defineDocument<{ sealed: string }, []>({
  kind: 'mac-key',
  description: 'The key of all MACs.',
  anchor: 'server',
  key: () => ['mac-key'],
  secrets: { fields: 'the key', of: ({ sealed }) => [{ sealed, context: MAC_KEY_CONTEXT }] },
  onRestore: 'keep',
  expires: 'never',
});
