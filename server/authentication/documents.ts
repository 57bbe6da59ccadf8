import type { FlowId } from '../kernel/ids.ts';
import { defineDocument } from '../store/define-document.ts';
import type { Authentication } from './step-up.ts';

/** A sign-in whose result was consumed, for step-up. */
export const authenticationDocument = defineDocument<Authentication, [id: FlowId]>({
  kind: 'authentication',
  description: 'The factors of a sign-in whose result was consumed, for a later step-up.',
  anchor: 'sign-in',
  key: (id) => [id],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'as the resource sets it',
});
