import { useEffect, useState } from "react";

/** The value, once it has rested for a moment. */
export function useDebounced<T>(value: T, restMs: number): T {
  const [rested, setRested] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = window.setTimeout(() => {
      setRested(JSON.parse(text) as T);
    }, restMs);
    return () => {
      window.clearTimeout(timer);
    };
  }, [text, restMs]);
  return rested;
}
