import { useEffect, useState } from "react";

const ARMED_AFTER_MS = 500;

/** A moment in which a click meant for something else does nothing. */
export function useArmed(): boolean {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => {
      setArmed(true);
    }, ARMED_AFTER_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, []);
  return armed;
}
