import type { SmsGateway } from './gateway.ts';

interface GatewayPreset {
  gateway: SmsGateway;
  /** Required settings besides the secret. */
  needs: readonly string[];
}

/** Widely used gateways. AWS SNS is not among them: it requires its own request signature. */
export const GATEWAY_PRESETS: Readonly<Record<string, GatewayPreset>> = {
  // Secret: the auth token. `account`: the account SID.
  twilio: {
    needs: ['account', 'from'],
    gateway: {
      method: 'POST',
      url: 'https://api.twilio.com/2010-04-01/Accounts/{account}/Messages.json',
      query: {},
      headers: {},
      basic: { user: '{account}', password: '{secret}' },
      body: { type: 'form', fields: { To: '{to}', From: '{from}', Body: '{text}' } },
      success: { statuses: [201] },
    },
  },
  // Secret: the API secret. `account`: the API key. Responds 200 to everything; the body has the status.
  vonage: {
    needs: ['account', 'from'],
    gateway: {
      method: 'POST',
      url: 'https://rest.nexmo.com/sms/json',
      query: {},
      headers: {},
      body: {
        type: 'form',
        fields: { api_key: '{account}', api_secret: '{secret}', from: '{from}', to: '{digits}', text: '{text}' },
      },
      success: { statuses: [200], json: { '/messages/0/status': '0' } },
    },
  },
  // Secret: the access key.
  messagebird: {
    needs: ['from'],
    gateway: {
      method: 'POST',
      url: 'https://rest.messagebird.com/messages',
      query: {},
      headers: { authorization: 'AccessKey {secret}' },
      body: {
        type: 'json',
        value: {
          originator: '{from}',
          recipients: ['{digits}'],
          body: '{text}',
          datacoding: 'auto',
          reference: '{id}',
        },
      },
      success: { statuses: [201] },
    },
  },
  // Secret: the API token. `account`: the service plan id. `region`: us, eu, au, br or ca.
  sinch: {
    needs: ['account', 'from', 'region'],
    gateway: {
      method: 'POST',
      url: 'https://{region}.sms.api.sinch.com/xms/v1/{account}/batches',
      query: {},
      headers: { authorization: 'Bearer {secret}' },
      body: { type: 'json', value: { from: '{from}', to: ['{to}'], body: '{text}' } },
      success: { statuses: [201] },
    },
  },
};
