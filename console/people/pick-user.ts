import { fullName, type User } from './person.ts';
import type { PickQuestion } from './pick.tsx';
import { words } from './words.ts';

export function userQuestion(whyNot: (user: User) => string | undefined): PickQuestion<User> {
  return {
    title: words('pickUser'),
    path: 'users',
    nameOf: ({ login }) => login,
    detailOf: (user) => [fullName(user), user.email].filter((part) => part !== undefined && part !== '').join(' · '),
    whyNot,
  };
}
