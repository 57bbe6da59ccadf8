import type { Page } from './page.ts';

export interface OpenerProps {
  page: Page;
  /** Of the panel that it opens. */
  id: string;
  label: string;
  /** What it is read as, where the label alone does not say about what. */
  spoken?: string;
}

/** The button that opens a panel; it is not there while that is open. */
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

/** That what was opened here is done; read aloud. */
export function SavedNotice({ page, ids }: { page: Page; ids: readonly string[] }) {
  const isHere = page.done !== undefined && ids.includes(page.done);
  return (
    <p class="said" role="status">
      {isHere && page.own('saved')}
    </p>
  );
}
