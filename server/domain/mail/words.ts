/** What somebody is told has changed about their own way in. */
export type NoticeChange =
  | 'password'
  | 'email'
  | 'token-added'
  | 'token-removed'
  | 'recovered'
  | 'recovery-code-used'
  | 'recovery-codes'
  | 'superuser';
