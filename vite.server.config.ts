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
      input: { main: 'server/main.ts', demo: 'demo-site/demo.ts', shop: 'demo-site/shop.ts' },
    },
  },
  plugins: [
    {
      name: 'copy-start',
      async closeBundle() {
        await copyFile('server/start.cjs', 'dist/server/start.cjs');
      },
    },
  ],
});
