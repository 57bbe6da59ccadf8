import type { BulkAction } from '../list/bulk-bar.tsx';
import { canChangeToken, canDelete, type Token } from '../shared/user.ts';
import { type ConsoleContext, canManage, isHelpDesk, isReadOnly } from '../shell/context.ts';
import { t as common, quoted } from '../shell/i18n.ts';
import { t } from './i18n.ts';

/** What the administrator may do with the chosen tokens. */
export function bulkActions({ client, reads, session, ask }: ConsoleContext): BulkAction<Token>[] {
  const onDone = () => reads.changed('users', 'tokens', 'checklist');
  // The list does not load the owners, so the service may refuse some of the selected tokens.
  const mayChange = (token: Token) => canChangeToken(session, token, undefined) && token.administrator === undefined;
  const patch = (changes: object) => (token: Token) => client.send('PATCH', `tokens/${token.id}`, changes);
  const enabling = (enabled: boolean): BulkAction<Token> => ({
    label: t(enabled ? 'switchOn' : 'switchOff'),
    isFor: (token) => token.enabled !== enabled && mayChange(token),
    run: patch({ enabled }),
    undo: patch({ enabled: !enabled }),
    onDone,
    ...(!enabled && {
      confirm: (tokens) =>
        ask({ title: t('offTitle', { name: bulkText(tokens) }), text: t('offText'), action: t('switchOff') }),
    }),
  });
  const unlocking: BulkAction<Token> = {
    label: t('unlock'),
    isFor: (token) =>
      token.locked !== null && token.administrator === undefined && (isHelpDesk(session) || mayChange(token)),
    run: patch({ locked: false }),
    onDone,
  };
  const deleting: BulkAction<Token> = {
    label: t('deleteShort'),
    isDanger: true,
    isFor: (token) => canDelete(session, token),
    confirm: (tokens) =>
      ask({
        title: common('deleteTitle', { name: bulkText(tokens) }),
        text: t('deleteText'),
        action: t('deleteShort'),
        isDanger: true,
        typed: tokens.length === 1 ? (tokens[0]?.name ?? '') : String(tokens.length),
      }),
    run: ({ id }) => client.send('DELETE', `tokens/${id}`),
    onDone,
  };
  const isManager = canManage(session);
  return [
    ...(isManager ? [enabling(true), enabling(false)] : []),
    ...(isReadOnly(session) ? [] : [unlocking]),
    ...(isManager ? [deleting] : []),
  ];
}

function bulkText(tokens: readonly Token[]): string {
  return tokens.length === 1 ? quoted(tokens[0]?.name) : t('severalTokens', { count: tokens.length });
}
