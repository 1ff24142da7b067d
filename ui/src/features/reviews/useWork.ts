import { useState } from "react";

import type { ReviewFinding } from "../../host";
import { useSession } from "../../shell/session";

/** What a reviewer has looked at and found so far. It says nothing about a key, and nothing of it is signed before they sign. */
export type Work = { readonly looked: readonly number[]; readonly findings: readonly ReviewFinding[] };

const NOTHING: Work = { looked: [], findings: [] };

/**
 * A reviewer's unfinished work. The console locks after minutes and a review takes longer, so it outlives the page; it belongs to one
 * person and one period, and goes once the review is signed.
 */
export function useWork(after: number) {
  const session = useSession();
  const place = `countersign.review.${session.custody.id ?? ""}.${session.operator.operator}.${after}`;
  const [work, setWork] = useState<Work>(() => read(place));
  const keep = (next: Work) => {
    setWork(next);
    try {
      if (next.looked.length === 0 && next.findings.length === 0) localStorage.removeItem(place);
      else localStorage.setItem(place, JSON.stringify(next));
    } catch {
      // It is kept for as long as the page is there.
    }
  };
  return {
    work,
    look: (entries: readonly number[], done: boolean) => {
      const others = work.looked.filter((entry) => !entries.includes(entry));
      keep({ ...work, looked: done ? [...others, ...entries] : others });
    },
    /** Whoever finds something about an item has looked at it. */
    find: (finding: ReviewFinding) => {
      const { about } = finding;
      const looked = about === null || work.looked.includes(about) ? work.looked : [...work.looked, about];
      keep({ looked, findings: [...work.findings, finding] });
    },
    drop: (at: number) => {
      keep({ ...work, findings: work.findings.filter((_, place) => place !== at) });
    },
  };
}

function read(place: string): Work {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? "null");
    if (typeof kept !== "object" || kept === null) return NOTHING;
    const { looked, findings } = kept as Partial<Work>;
    return { looked: Array.isArray(looked) ? looked.filter(Number.isInteger) : [], findings: Array.isArray(findings) ? findings : [] };
  } catch {
    return NOTHING;
  }
}
