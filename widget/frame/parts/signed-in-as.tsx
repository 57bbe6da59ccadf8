import type { Texts } from '../../i18n/texts.ts';

export interface SignedInAsProps {
  login: string;
  texts: Texts;
  /** Of a transaction, not of a sign-in. */
  isSigning?: boolean;
  /** Absent where the login is not the person's choice. */
  onNotYou?: (() => void) | undefined;
}

/** Who is signing in: kept in the form, where password managers look for it. */
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
