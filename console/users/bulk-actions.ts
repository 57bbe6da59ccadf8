import type { BulkAction } from '../list/bulk-bar.tsx';
import { resourcePicker } from '../shared/pickers/pick-resource.ts';
import type { usePicker } from '../shared/pickers/picker.tsx';
import { canChangeUser, canDelete, canHelpUser, type User } from '../shared/user.ts';
import { type ConsoleContext, canActSomewhere, canManage, isReadOnly } from '../shell/context.ts';
import { quoted } from '../shell/i18n.ts';
import { t } from './i18n.ts';

/** What the administrator may do with the chosen users. */
export function bulkActions(
  { client, reads, session, ask }: ConsoleContext,
  pick: ReturnType<typeof usePicker>['pick'],
): BulkAction<User>[] {
  const onDone = () => reads.changed('users', 'tokens', 'checklist');
  const block = (blocked: boolean, { id }: User) => client.send('PATCH', `users/${id}`, { blocked });
  const blocking = (blocked: boolean): BulkAction<User> => ({
    label: t(blocked ? 'block' : 'unblock'),
    isFor: (user) => user.blocked !== blocked && (blocked ? canChangeUser : canHelpUser)(session, user),
    run: (user) => block(blocked, user),
    ...(canManage(session) && { undo: (user) => block(!blocked, user) }),
    onDone,
    ...(blocked && {
      confirm: (users) =>
        ask({ title: t('blockTitle', { name: bulkText(users) }), text: t('blockText'), action: t('block') }),
    }),
  });
  let chosen = '';
  const assigning: BulkAction<User> = {
    label: t('letIn'),
    confirm: async () => {
      chosen = (await pick(resourcePicker(session)))?.id ?? '';
      return chosen !== '';
    },
    isFor: (user) => canChangeUser(session, user),
    run: ({ id }) => client.send('POST', 'assignments', { resource: chosen, user: id }),
    onDone,
  };
  const deleting: BulkAction<User> = {
    label: t('deleteShort'),
    isDanger: true,
    isFor: (user) => canDelete(session, user),
    confirm: (users) =>
      ask({
        title: t('deleteSeveral', { what: bulkText(users) }),
        text: t('deleteText'),
        action: t('deleteShort'),
        isDanger: true,
        typed: users.length === 1 ? (users[0]?.login ?? '') : String(users.length),
      }),
    run: ({ id }) => client.send('DELETE', `users/${id}`),
    onDone,
  };
  const isManager = canManage(session);
  return [
    ...(canActSomewhere(session) ? [assigning] : []),
    ...(isManager ? [blocking(true)] : []),
    ...(isReadOnly(session) ? [] : [blocking(false)]),
    ...(isManager ? [deleting] : []),
  ];
}

function bulkText(users: readonly User[]): string {
  return users.length === 1 ? quoted(users[0]?.login) : t('severalUsers', { count: users.length });
}
