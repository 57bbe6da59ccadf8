import { t } from '../i18n.ts';
import { fullName, type User } from '../user.ts';
import type { PickerOptions } from './picker.tsx';

export function userPicker(whyNot: (user: User) => string | undefined): PickerOptions<User> {
  return {
    title: t('pickUser'),
    path: 'users',
    nameOf: ({ login }) => login,
    detailOf: (user) => [fullName(user), user.email].filter((part) => part !== undefined && part !== '').join(' · '),
    whyNot,
  };
}
