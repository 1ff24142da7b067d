import type { ReactNode } from "react";

/** A part that scrolls by itself. It takes the focus, so that the keyboard can scroll it too. */
export function Scroll({ label, className, region, children }: { readonly label: string; readonly region?: string; readonly className?: string | undefined; readonly children: ReactNode }) {
  return (
    // Without a place in the tab order the keyboard could not reach what is below the edge.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" data-region={region} aria-label={label} tabIndex={0} className={`${className ?? ""} scroller`}>
      {children}
    </div>
  );
}
