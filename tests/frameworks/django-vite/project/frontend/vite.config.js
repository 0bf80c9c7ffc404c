import { defineConfig } from 'vite'

export default defineConfig({
  base: '/static/',
  build: { outDir: 'dist', rollupOptions: { output: { entryFileNames: 'main.js' } } },
})
