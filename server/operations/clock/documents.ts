import { defineDocument } from '../../store/define-document.ts';
import { type ClockMark, restoredMark } from './clock-mark.ts';

export const clockMarkDocument = defineDocument<ClockMark, []>({
  kind: 'clock-mark',
  description: 'The latest time that a process has trusted, and how far the removal of old data has come.',
  anchor: 'server',
  key: () => ['clock-mark'],
  secrets: 'none',
  onRestore: { change: 'not before the time of the restore', rule: (mark, { now }) => restoredMark(mark, now) },
  expires: 'never',
});
