import type { ComponentChildren } from 'preact';

/** Rendered before it has content, so that screen readers announce the content when it appears. */
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
