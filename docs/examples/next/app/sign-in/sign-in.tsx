'use client';

import { CountersignSignIn, type CountersignSignInElement } from '@countersign/widget/react';
import { useRef, useState } from 'react';

interface Props {
  service: string;
  resource: string;
  next: string | undefined;
  demand: { acr?: string; maxAgeMs?: number };
}

const post = (route: string, body: object) =>
  fetch(`/countersign/${route}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

export function SignIn({ service, resource, next, demand }: Props) {
  const widget = useRef<CountersignSignInElement>(null);
  const loginRequest = useRef('');
  const [refused, setRefused] = useState('');

  async function begin(): Promise<string> {
    const begun = await (await post('nonce', demand)).json();
    if (!begun.nonce) location.assign('/');
    loginRequest.current = begun.loginRequest;
    return begun.nonce;
  }

  async function finish(result: string) {
    const response = await post('sign-in', { result, next });
    const { redirect, code } = await response.json();
    if (response.ok) return location.assign(redirect);
    setRefused(code);
    widget.current?.reset();
  }

  const isStepUp = Object.keys(demand).length > 0;
  return (
    <>
      <CountersignSignIn
        ref={widget}
        service={service}
        resource={resource}
        nonce={begin}
        onSuccess={({ result }) => finish(result)}
        {...(isStepUp && { loginRequest: () => loginRequest.current })}
      />
      {refused && <p role="alert">You are not signed in ({refused}). Please try again.</p>}
    </>
  );
}
