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

/**
 * Written so that an attempt without a token costs what a counted one costs. The content has no meaning. `none` is
 * never written: a commit expects its version as a commit on a token expects the token's.
 */
export const decoyAttemptDocument = defineDocument<{ filler: object }, [record: number, part?: 'none']>({
  kind: 'burnt-attempt',
  description: 'Filler, written for attempts without a token so that they take as long as others.',
  anchor: 'one of 256 records',
  key: (record, part) => [`burnt-attempt/${record}`, part],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'never',
});
