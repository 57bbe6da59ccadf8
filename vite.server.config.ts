import { copyFile } from 'node:fs/promises';
import { defineConfig } from 'vite';

/** The built service: our own modules bundled for a fast start, dependencies left in node_modules. */
export default defineConfig({
  build: {
    ssr: true,
    outDir: 'dist/server',
    target: 'node20',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      // All in one folder, so that what a module reads beside itself is found there too.
      output: { chunkFileNames: '[name].js' },
      input: {
        main: 'server/main.ts',
        audit: 'server/audit-command.ts',
        demo: 'demo-site/demo.ts',
        shop: 'demo-site/shop.ts',
      },
    },
  },
  plugins: [
    {
      name: 'copy-what-is-read-at-run-time',
      async closeBundle() {
        await copyFile('server/start.cjs', 'dist/server/start.cjs');
        await copyFile('server/adapters/redis-store/countersign.lua', 'dist/server/countersign.lua');
      },
    },
  ],
});
