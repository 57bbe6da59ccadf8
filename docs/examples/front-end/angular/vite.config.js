import { defineConfig } from 'vite';

const backend = 'http://127.0.0.1:3000';

export default defineConfig({
  server: { proxy: { '/sign-in': backend, '/sign-out': backend, '/session': backend } },
});
