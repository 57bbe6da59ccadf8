import { Component, createElement, type ReactNode, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { CountersignSignIn, type CountersignSignInProps } from '../package/react.ts';
import { RESOURCE } from './resource.ts';

/** A React page in strict mode; each press of the button renders again with a new callback. */
function Page({ service, nonce }: { service: string; nonce: string }) {
  const [renders, setRenders] = useState(1);
  const options: CountersignSignInProps = {
    service,
    resource: RESOURCE,
    nonce,
    className: 'sign-in',
    theme: renders > 1 ? 'dark' : 'light',
    onSuccess: () => {
      document.title = `success in render ${renders}`;
    },
  };
  return createElement(
    'form',
    null,
    createElement('button', { onClick: () => setRenders(renders + 1), type: 'button' }, `rendered ${renders}`),
    renders < 3 && createElement(CountersignSignIn, options),
  );
}

/** Shows what a component threw. */
class Boundary extends Component<{ children: ReactNode }, { thrown?: Error }> {
  override state: { thrown?: Error } = {};
  static getDerivedStateFromError = (thrown: Error) => ({ thrown });
  override render() {
    return this.state.thrown ? createElement('pre', null, this.state.thrown.message) : this.props.children;
  }
}

const root = document.getElementById('root');
const { service, nonce = '' } = root?.dataset ?? {};
if (root && service) {
  const page = createElement(Boundary, null, createElement(Page, { service, nonce }));
  createRoot(root).render(createElement(StrictMode, null, page));
}
