import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { SignIn } from './sign-in.tsx';

function Page() {
  const [login, setLogin] = useState<string>();
  useEffect(() => {
    fetch('/session')
      .then((answer) => answer.text())
      .then(setLogin);
  }, []);
  if (login === undefined) return null;
  if (login === '')
    return (
      <>
        <h1>Please sign in</h1>
        <SignIn onSignedIn={setLogin} />
      </>
    );
  return (
    <>
      <h1>Hello, {login}</h1>
      <form method="post" action="/sign-out">
        <button type="submit">Sign out</button>
      </form>
    </>
  );
}

const place = document.getElementById('app');
if (place)
  createRoot(place).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
