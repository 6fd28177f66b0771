import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The server is where `npm start` left it; `npx vite` in this folder then shows changes as they are made.
const server = process.env['PUBLIC_URL'] ?? 'http://127.0.0.1:3000'

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700, // in kB before compression, which makes 180 of it
  },
  server: { proxy: { '/v1': { target: server, changeOrigin: true } } },
})
