import { useId, useLayoutEffect, useRef } from 'preact/hooks';

export interface FieldFocusOptions {
  /** The field that takes the focus when the form appears. */
  first?: string | undefined;
  /** Why the form stays open. A new notice moves the focus to the field `wrong`. */
  notice: unknown;
  wrong: string | undefined;
  /** Whether the text of a wrong field is selected, so that typing replaces it. */
  isSelecting?: boolean;
}

/** The ids of a form's fields, and their focus. */
export function useFieldFocus({ first, notice, wrong, isSelecting = false }: FieldFocusOptions) {
  const base = useId();
  const idOf = (name: string) => `${base}-${name}`;
  const focus = (name: string | undefined) => {
    const field = name === undefined ? null : document.getElementById(idOf(name));
    field?.focus();
    if (isSelecting && field instanceof HTMLInputElement) field.select();
  };
  const next = useRef(first);
  const lastNotice = useRef(notice);
  // Before the browser paints: later, it could take the focus from a field that the user has already chosen.
  useLayoutEffect(() => {
    const isNew = notice !== undefined && notice !== lastNotice.current;
    lastNotice.current = notice;
    focus(isNew ? wrong : next.current);
    next.current = undefined;
  });
  return { idOf, focus };
}
