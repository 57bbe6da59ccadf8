import { CountersignSignIn, type CountersignSignInElement } from '@countersign/widget/react';
import { useRef, useState } from 'react';

const fetchNonce = async () => (await fetch('/sign-in/nonce', { method: 'POST' })).text();

export function SignIn({ onSignedIn }: { onSignedIn: (login: string) => void }) {
  const widget = useRef<CountersignSignInElement>(null);
  const [refused, setRefused] = useState(false);

  async function verify(result: string) {
    const answer = await fetch('/sign-in', { method: 'POST', body: result }).catch(() => undefined);
    if (answer?.ok) return onSignedIn(await answer.text());
    setRefused(true);
    widget.current?.reset();
  }

  return (
    <>
      <CountersignSignIn
        ref={widget}
        service="https://auth.example"
        resource="res_01k8dq9z2mp"
        nonce={fetchNonce}
        onSuccess={({ result }) => verify(result)}
      >
        <p data-countersign-fallback hidden>
          The sign-in cannot be loaded. Please try again later.
        </p>
      </CountersignSignIn>
      {refused && <p role="alert">You are not signed in. Please try again.</p>}
    </>
  );
}
