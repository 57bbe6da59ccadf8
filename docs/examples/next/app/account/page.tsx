import { redirect } from 'next/navigation';
import { signIn } from '../../lib/auth';

export default async function Account() {
  const user = await signIn.currentUser();
  if (!user) redirect('/sign-in?next=%2Faccount');
  return (
    <>
      <h1>Hello, {user.login}</h1>
      <form method="post" action="/countersign/sign-out">
        <button type="submit">Sign out</button>
      </form>
    </>
  );
}
