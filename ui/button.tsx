import type { ComponentChildren } from 'preact';

export interface SubmitButtonProps {
  isBusy: boolean;
  /** Whether a click has no effect for now; by default while the form is busy. */
  isIdle?: boolean;
  children: ComponentChildren;
}

/** Submits the form. Never `disabled`: a disabled button loses the focus, which keyboard users need. */
export function SubmitButton({ isBusy, isIdle = isBusy, children }: SubmitButtonProps) {
  return (
    <button type="submit" class="primary" aria-disabled={isIdle}>
      {isBusy && <span class="spinner" />}
      {children}
    </button>
  );
}
