import type { Texts } from '../../i18n/texts.ts';

export interface SignedInAsProps {
  login: string;
  texts: Texts;
  /** True for a transaction, false for a sign-in. */
  isSigning?: boolean;
  /** Absent if the user did not choose the login. */
  onNotYou?: (() => void) | undefined;
}

/** Shows the login and keeps it in the form for password managers. */
export function SignedInAs({ login, texts, isSigning, onNotYou }: SignedInAsProps) {
  return (
    <div class="who">
      <label for="who">{texts(isSigning ? 'confirmingAs' : 'signingInAs')}</label>
      <input id="who" dir="auto" name="username" autocomplete="username" value={login} readOnly />
      {onNotYou && (
        <button type="button" class="link" onClick={onNotYou}>
          {texts('notYou')}
        </button>
      )}
    </div>
  );
}
