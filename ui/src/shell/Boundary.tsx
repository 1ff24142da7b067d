import { Component, type ReactNode } from "react";

import { Button, Note } from "../kit";

/** Catches what no screen expected, so that the window says so instead of going blank. */
export class Boundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="pad stack" aria-label="Fault of the window">
        <Note tone="alert" role="alert">
          <b>The window met a fault of its own.</b> Nothing was changed by it: acts happen in the host and in the register. Open the window again; if it comes back, tell who maintains Countersign which screen it was.
        </Note>
        <p>
          <Button
            onClick={() => {
              location.reload();
            }}
          >
            Open the window again
          </Button>
        </p>
      </main>
    );
  }
}
