import type { FactorOption } from '@countersign/protocol/flow';
import type { Texts } from '../../i18n/texts.ts';

export interface OtherMethodsProps {
  methods: readonly FactorOption[];
  texts: Texts;
  isBusy: boolean;
  /** Open if the current method does not work. */
  isOpen: boolean;
  onChoose: (factor: string) => void;
}

/** The other second-factor methods, collapsed until the user opens them. */
export function OtherMethods({ methods, texts, isBusy, isOpen, onChoose }: OtherMethodsProps) {
  if (methods.length === 0) return null;
  return (
    <details class="ways" open={isOpen}>
      <summary>{texts('otherWays')}</summary>
      <ul>
        {methods.map(({ id, kind, name, to }) => (
          <li key={id}>
            <button type="button" class="link" aria-disabled={isBusy} onClick={() => !isBusy && onChoose(id)}>
              {texts(`way_${kind}`, { name: name ?? '', destination: to ?? '' })}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
