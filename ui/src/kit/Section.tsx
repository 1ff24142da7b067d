import type { ReactNode } from "react";

/** A part of a drawer under its own heading. */
export function Section({ title, aside, children }: { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode }) {
  return (
    <section aria-label={title} className="stack tight">
      <div className="row">
        <h3 className="strong grow">{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  );
}
