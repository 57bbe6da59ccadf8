import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const backend = 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [vue()],
  server: { proxy: { '/sign-in': backend, '/sign-out': backend, '/session': backend } },
});
