import type { ComponentChildren } from 'preact';

/** Is there before what it says, so that it is read out when it comes. */
export function Alert({ id, children }: { id?: string; children: ComponentChildren }) {
  return (
    <div role="alert">
      {children && (
        <p class="error" id={id}>
          {children}
        </p>
      )}
    </div>
  );
}
