import { render, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { requestDetail } from "../../../dev/double/requests";
import { Acts } from "./Acts";

function show(id: string, drifted = false) {
  const detail = requestDetail(id);
  const may = { countersign: detail.actions.countersign.allowed && !drifted, reject: detail.actions.reject.allowed, start: detail.actions.start.allowed && !drifted };
  render(
    <Acts detail={detail} may={may} drifted={drifted} busy={false} decide={vi.fn()} start={vi.fn()} withdraw={vi.fn()}>
      {null}
    </Acts>,
  );
}

const buttons = () => screen.queryAllByRole("button").map((button) => button.textContent);

describe("the acts of a request", () => {
  it("are countersign and reject for whoever may", () => {
    show("rq-1");
    expect(buttons()).toEqual(["Countersign rotation…C", "Reject…X"]);
  });

  /** who asked is not offered the second seal, and reads why and who could give it. */
  it("are withdraw alone for whoever asked, with the reason beside it", () => {
    show("rq-3");
    expect(buttons()).toEqual(["Withdraw…"]);
    expect(screen.getByTestId("why-not").textContent).toBe("You asked for this yourself; another person must sign it. Tomasz Wilk or Ilse Brandt could do it instead.");
  });

  it("are start once both seals are given", () => {
    show("rq-4");
    expect(buttons()).toEqual(["Start rotationS"]);
  });

  it("are neither sign nor start when live state drifted", () => {
    show("rq-1", true);
    expect(buttons()).toEqual(["Reject…X"]);
    expect(screen.getByTestId("why-not").textContent).toContain("Nothing can be signed");
  });

  it("are none when it is over", () => {
    show("rq-7");
    expect(buttons()).toEqual([]);
  });
});
