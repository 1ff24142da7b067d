import "./design/tokens.css";
import "./design/fonts.css";
import "./design/base.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";
import { followAppearance } from "./design/appearance";

const root = document.getElementById("root");
if (root) {
  followAppearance();
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
