/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { packed } from "./vite.packed.js";
import { shellWorker } from "./vite.shell.js";

const apiOrigin = process.env.MINGAN_API ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), shellWorker(), packed()],
  server: { proxy: { "/api": { target: apiOrigin } } },
  build: {
    target: "es2022",
    // The content security policy knows no data: URLs, so every asset stays a file.
    assetsInlineLimit: 0,
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|react-router|scheduler)[\\/]/, priority: 30 },
            { name: "data", test: /node_modules[\\/](@tanstack|i18next|react-i18next|dayjs)[\\/]/, priority: 20 },
            // A request for each of sixty signs takes longer than all of them.
            { name: "icons", test: /node_modules[\\/]@ant-design[\\/]icons/, priority: 10 },
          ],
        },
      },
    },
  },
  test: {
    environment: "jsdom",
    // A page made anew for each file took five sixths of the time. Tests leave nothing behind, and
    // pass in any order: npx vitest run --sequence.shuffle.files --sequence.shuffle.tests
    pool: "threads",
    isolate: false,
    unstubGlobals: true,
    setupFiles: ["src/testing/page.ts"],
    include: ["src/**/*.test.{ts,tsx}", "*.test.js"],
    restoreMocks: true,
    // A file that is the first to need a large part of the page waits for it on a busy machine.
    testTimeout: 20_000,
  },
});
