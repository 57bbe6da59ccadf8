/**
 * The only script of the shop: mounts the widget in the shop's colours and sends the result to the backend with the
 * form around it. The browser does not inspect the result: the backend verifies it.
 */
export const SIGN_IN_SCRIPT = `'use strict';
(() => {
  const target = document.querySelector('#countersign');
  const place = target.parentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const variables = () => ({
    accent: dark.matches ? '#8fd0a8' : '#1f5a40',
    background: dark.matches ? '#1b231e' : '#fffdf8',
    text: dark.matches ? '#edf1ea' : '#1d2a22',
    radius: '16px',
    font: 'Avenir Next, Segoe UI, Helvetica Neue, Arial, sans-serif',
  });

  // The loader comes from the service: when that is down, say so instead of showing an empty box.
  if (!window.Countersign) {
    target.querySelector('[data-countersign-fallback]').hidden = false;
    return;
  }
  const { resource, nonce, loginRequest, purpose } = target.dataset;
  const widget = Countersign.mount(target, {
    resource,
    nonce,
    ...(loginRequest && { loginRequest }),
    ...(purpose && { purpose }),
    title: place.dataset.title,
    variables: variables(),
    onSuccess({ result }) {
      place.elements.namedItem('countersign_result').value = result;
      place.submit();
    },
  });
  dark.addEventListener('change', () => widget.update({ variables: variables() }));
})();
`;
