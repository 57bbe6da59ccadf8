// Orval writes paths without a host: where the service is and the key come from the function that sends.
export default {
  client: {
    input: 'dist/openapi.json',
    output: {
      target: 'dist/generated/orval/client.ts',
      client: 'fetch',
      override: { mutator: { path: 'calls/orval-send.ts', name: 'send', extension: '.js' } },
    },
  },
};
