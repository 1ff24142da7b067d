import type { GateView } from "../../host";
import { Chip, counted } from "../../kit";
import { href } from "../../routes/route";
import { headline, verdict } from "../exceptions/gate";
import styles from "./overview.module.css";

/** What a pipeline would be told now: on the overview only as long as it is not a plain yes. */
export function GateLine({ gate }: { readonly gate: GateView | null }) {
  if (gate !== null && !gate.blocked && gate.findings.length === 0) return null;
  const more = gate === null ? 0 : gate.findings.length - 1;
  return (
    <a className={`card ${styles.gate ?? ""}`} href={href("exceptions")} data-testid="overview-gate">
      {gate === null ? (
        <>
          <Chip tone="alert" icon="ban">Could not tell</Chip>
          <span>The gate could not be read. A pipeline that can&rsquo;t tell is stopped as well.</span>
        </>
      ) : (
        <>
          <Chip tone={gate.blocked ? "alert" : "ok"} icon={gate.blocked ? "ban" : "circle-check"}>
            {verdict(gate)}
          </Chip>
          <span className="trunc grow" title={headline(gate)}>
            {headline(gate)}
          </span>
          {more > 0 && <span className="small t3 nowrap num">and {counted(more, "finding")} more</span>}
        </>
      )}
    </a>
  );
}
