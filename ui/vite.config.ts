import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Nothing is inlined: the window's content policy allows neither inline scripts nor fonts or styles in `data:` addresses.
export default defineConfig({
  base: "/",
  plugins: [react()],
  clearScreen: false,
  server: { host: "127.0.0.1", port: 5173, strictPort: true, fs: { allow: [".."] } },
  build: {
    outDir: "dist",
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { main: "index.html", sign: "sign.html" } },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["dev/test-setup.ts"],
    css: { include: [/tokens\.css/] },
    testTimeout: 60_000,
  },
});
