import type { Input } from './inputs.ts';

/** Ids of the elements that describe a control: its error and its hint. */
export function describedBy(id: string, { hint }: Input, error: string | undefined): string | undefined {
  return [error && `${id}-error`, hint !== undefined && `${id}-hint`].filter(Boolean).join(' ') || undefined;
}
