import "./design/tokens.css";
import "./design/fonts.css";
import "./design/base.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { followAppearance } from "./design/appearance";
import { SignApp } from "./features/sign/SignApp";

const root = document.getElementById("root");
if (root) {
  followAppearance();
  createRoot(root).render(
    <StrictMode>
      <SignApp />
    </StrictMode>,
  );
}
