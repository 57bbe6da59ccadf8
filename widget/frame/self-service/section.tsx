import type { ComponentChildren } from 'preact';
import type { SelfKey } from '../../i18n/self-service.ts';
import type { Page } from './page.ts';

/** A part of the page, under a heading. */
export function Section({ page, id, children }: { page: Page; id: SelfKey; children: ComponentChildren }) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{page.t(id)}</h2>
      {children}
    </section>
  );
}

export interface OpenerProps {
  page: Page;
  /** Id of the panel that the button opens. */
  id: string;
  label: string;
  /** Accessible name, if the label alone is ambiguous. */
  spoken?: string;
}

/** The button that opens a panel; hidden while the panel is open. */
export function PanelButton({ page, id, label, spoken }: OpenerProps) {
  if (!page.mayChange || page.open === id) return null;
  return (
    <button
      type="button"
      class="link"
      id={`open-${id}`}
      aria-label={spoken}
      aria-disabled={page.isBusy}
      onClick={() => !page.isBusy && page.show(id)}
    >
      {label}
    </button>
  );
}

/** Confirms that the change in one of these panels is done; announced to screen readers. */
export function SavedNotice({ page, ids }: { page: Page; ids: readonly string[] }) {
  const isHere = page.done !== undefined && ids.includes(page.done);
  return (
    <p class="said" role="status">
      {isHere && page.t('saved')}
    </p>
  );
}
