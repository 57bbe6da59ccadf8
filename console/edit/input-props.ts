import type { Input } from './inputs.ts';

export type { InputViewProps } from './inputs.ts';

/** Ids of what is read with a control: what is wrong with it, and its hint. */
export function describedBy(id: string, { hint }: Input, error: string | undefined): string | undefined {
  return [error && `${id}-error`, hint !== undefined && `${id}-hint`].filter(Boolean).join(' ') || undefined;
}
