import { useState } from "react";

import { toast } from "../../commands/toast";
import { onlyAuditor } from "../../commands/registry";
import { useAct, type TokensView } from "../../host";
import { Ago, Button, count, counted, Problem } from "../../kit";
import { useSession } from "../../shell/session";
import { Invalidate } from "./Invalidate";
import styles from "./tokens.module.css";

/** All tokens of the custody: how many there are, how many have expired, and the two acts upon them. */
export function TokensBar({ tokens }: { readonly tokens: TokensView }) {
  const { operator, custody } = useSession();
  const [everything, setEverything] = useState(false);
  const sweep = useAct("tokens_sweep", { done: (view) => { toast(view.count === 0 ? "No token has expired." : `${counted(view.count, "expired token")} overwritten and deleted.`); } });
  const reads = onlyAuditor(operator);
  return (
    <div className={styles.bar} role="group" aria-label="Tokens">
      <span className="small t2 num nowrap" title={tokens.sweptAt === null ? "Never swept" : undefined}>
        {counted(tokens.live, "token")}
        {tokens.expired > 0 && (
          <>
            , <b className="c-warn med">{count(tokens.expired)} expired</b>
          </>
        )}
        {tokens.sweptAt !== null && (
          <span className={styles.swept}>
            {" "}
            · swept <Ago at={tokens.sweptAt} />
          </span>
        )}
      </span>
      {!reads && (
        <>
          <Button size="sm" icon="refresh-cw" busy={sweep.busy} disabled={tokens.expired === 0} onClick={() => { sweep.act({}); }}>
            Sweep expired
          </Button>
          <Button size="sm" icon="ban" disabled={tokens.live === 0} onClick={() => { setEverything(true); }}>
            Invalidate every token…
          </Button>
        </>
      )}
      {sweep.error && <Problem error={sweep.error} />}
      {everything && <Invalidate scope={{ of: "everything" }} name={custody.name} close={() => { setEverything(false); }} />}
    </div>
  );
}
