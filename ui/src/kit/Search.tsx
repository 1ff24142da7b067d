import { useEffect, useState } from "react";

import { Icon } from "./Icon";
import { useDebounced } from "./useDebounced";

const REST_MS = 220;

/** Narrows a table by what is typed, once the typing rests. Escape goes back to the table. */
export function Search({ label, placeholder, text, set }: { readonly label: string; readonly placeholder: string; readonly text: string; readonly set: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const rested = useDebounced(typed, REST_MS);
  useEffect(() => {
    if (rested !== text) set(rested);
    // Only what has been typed moves the address; the address moving moves the field below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [rested]);
  const [known, setKnown] = useState(text);
  if (known !== text) {
    setKnown(text);
    if (text !== rested) setTyped(text);
  }
  return (
    <span className="search">
      <Icon name="search" size={14} />
      <input
        type="search"
        data-search
        aria-label={label}
        placeholder={placeholder}
        value={typed}
        onChange={(event) => { setTyped(event.target.value); }}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          event.currentTarget.blur();
          document.querySelector<HTMLElement>("[role='row'][tabindex='0']")?.focus();
        }}
      />
    </span>
  );
}
