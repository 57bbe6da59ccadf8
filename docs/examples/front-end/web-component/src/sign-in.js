import '@countersign/widget/element';

const fetchNonce = async () => (await fetch('/sign-in/nonce', { method: 'POST' })).text();

export function createSignIn(onSignedIn) {
  const widget = document.createElement('countersign-sign-in');
  Object.assign(widget, { service: 'https://auth.example', resource: 'res_01k8dq9z2mp', nonce: fetchNonce });
  widget.innerHTML = '<p data-countersign-fallback hidden>The sign-in cannot be loaded. Please try again later.</p>';
  widget.addEventListener('success', async ({ detail }) => {
    const answer = await fetch('/sign-in', { method: 'POST', body: detail.result }).catch(() => undefined);
    if (answer?.ok) return onSignedIn(await answer.text());
    widget.after(Object.assign(document.createElement('p'), { role: 'alert', textContent: 'Please try again.' }));
    widget.reset();
  });
  return widget;
}
