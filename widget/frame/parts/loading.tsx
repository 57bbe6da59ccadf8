import type { Texts } from '../../i18n/texts.ts';

export function Loading({ texts }: { texts: Texts }) {
  return (
    <div class="loading" role="status" aria-label={texts('loading')}>
      <span class="spinner" />
    </div>
  );
}
