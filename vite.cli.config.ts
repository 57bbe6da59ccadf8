import { chmod } from 'node:fs/promises';
import { defineConfig } from 'vite';

/** The `countersign` command, one file; dependencies are left in node_modules. */
export default defineConfig({
  build: {
    ssr: 'cli/countersign.ts',
    outDir: 'dist/cli',
    target: 'node20',
    minify: false,
    rolldownOptions: { output: { entryFileNames: 'countersign.js' } },
  },
  plugins: [
    {
      name: 'make-it-executable',
      async closeBundle() {
        await chmod('dist/cli/countersign.js', 0o755);
      },
    },
  ],
});
