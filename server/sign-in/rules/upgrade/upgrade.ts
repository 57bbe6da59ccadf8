import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { addCompleted } from '../../../passwords/password-backoff.ts';
import { recordNetwork } from '../../../passwords/password-counters.ts';
import { upgradesToPasskeys } from '../../../resources/resource.ts';
import type { Rule } from '../../rule.ts';
import { offerUpgrade } from './passkey-upgrade.ts';

export const passkeyUpgrade: Rule = {
  name: 'passkey upgrade',
  does: 'After a sign-in with two factors from a known network, the browser may create a passkey.',
  async beforeResult(ports, { flow, passed, resource, client: { address } }) {
    if (!upgradesToPasskeys(resource)) return undefined;
    const isUnknownBrowser = passed.isUnknownBrowser === true;
    const shown = { flow, passed, isUnknownBrowser, user: passed.user.id, address };
    return { passed: omitUndefined({ upgrade: await offerUpgrade(ports, shown, resource) }) };
  },
  inResult(end, { passed: { upgrade } }) {
    return end.flow.step === 'done' && upgrade ? { ...end, flow: { ...end.flow, upgrade } } : end;
  },
  // Without it, the next sign-in from there leads to no passkey either.
  async afterResult(ports, { flow, passed, resource, client }) {
    if (!upgradesToPasskeys(resource) || !flow.passwordVerified || passed.otp !== 'verified') return;
    await recordNetwork(ports, passed.user.id, client.address, addCompleted);
  },
};
