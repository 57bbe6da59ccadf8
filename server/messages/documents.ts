import { defineDocument } from '../store/define-document.ts';
import type { MailStatus } from './mail-status.ts';

export const mailStatusDocument = defineDocument<MailStatus, []>({
  kind: 'mail-status',
  description: 'When mail was last sent, and when and why it last failed.',
  anchor: 'server',
  key: () => ['mail-status'],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'never',
});
