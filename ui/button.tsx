import type { ComponentChildren } from 'preact';

export interface SubmitButtonProps {
  isBusy: boolean;
  /** Whether it does nothing for now; by default while it is busy. */
  isIdle?: boolean;
  children: ComponentChildren;
}

/** Sends the form. Never `disabled`: a button that loses the focus loses the user who works with a keyboard. */
export function SubmitButton({ isBusy, isIdle = isBusy, children }: SubmitButtonProps) {
  return (
    <button type="submit" class="primary" aria-disabled={isIdle}>
      {isBusy && <span class="spinner" />}
      {children}
    </button>
  );
}
