import type { FlowView } from '@countersign/protocol/flow';
import trust from '@countersign/ui/i18n/locales/en/widget/trust.json';
import { addEnglish, type Texts } from '../../i18n/texts.ts';
import type { FlowClient } from '../flow-client.ts';
import { createTrustMemory } from './trust-memory.ts';

/** Loaded if the resource lets users trust their browser; the rest of the frame works without it. */
addEnglish(trust);

const style = document.createElement('style');
style.nonce = document.querySelector('style')?.nonce ?? '';
style.textContent = `
.trust {
  margin-top: 14px;
}

.trust label {
  display: flex;
  gap: 10px;
  align-items: center;
  min-height: 44px;
  margin: 0;
  font-weight: 400;
}

.trust input {
  width: 20px;
  height: 20px;
  margin: 0;
  flex: none;
  accent-color: var(--accent);
}

.trust p {
  margin: 0;
  margin-inline-start: 30px;
}
`;
document.head.append(style);

/**
 * Adds to answers what a trusted browser shows, and keeps what the service gives it. The page learns none of it.
 *
 * @returns draws the offer of a step; nothing if the service makes none, or the browser blocks storage
 */
export function trustBrowsers(client: FlowClient, resource: string) {
  const memory = createTrustMemory(resource, () => localStorage);
  let box: HTMLInputElement | null = null;
  const takeBox = (input: HTMLInputElement | null) => {
    box = input;
  };
  const { answer } = client;
  client.answer = async (handle, seq, step, value) => {
    const browsers = step === 'password' ? memory.recall(Date.now()) : [];
    const more = { ...(browsers.length > 0 && { browsers }), ...(box?.checked && { trust: true }) };
    const response = await answer(handle, seq, step, value, more);
    if (response.view?.trust) memory.keep(response.view.trust, Date.now());
    return response;
  };
  // Unticked at every sign-in.
  return ({ trustDays: days }: FlowView, texts: Texts) =>
    days !== undefined &&
    memory.canKeep() && (
      <div class="trust">
        <label>
          <input type="checkbox" aria-describedby="trust-hint" ref={takeBox} />
          {texts('trustBrowser', { days })}
        </label>
        <p class="hint" id="trust-hint">
          {texts('trustBrowserHint')}
        </p>
      </div>
    );
}
