import type { Input } from './inputs.ts';

export interface InputViewProps<Kind extends Input = Input> {
  input: Kind;
  id: string;
  value: unknown;
  error: string | undefined;
  isReadOnly: boolean;
  /** Where it is marked as changed. */
  isChanged: boolean;
  onChange(value: unknown): void;
}

/** Ids of what is read with a control: what is wrong with it, and its hint. */
export function describedBy(id: string, { hint }: Input, error: string | undefined): string | undefined {
  return [error && `${id}-error`, hint !== undefined && `${id}-hint`].filter(Boolean).join(' ') || undefined;
}
