import type { CustodyHeadView, Environment } from "../host";
import { ENVIRONMENT, Icon } from "../kit";

/** The band and the tab that hang over every page: shape, word and colour differ by environment. */
export function Band({ environment }: { readonly environment: Environment }) {
  return <div className="band" data-env={environment} />;
}

export function EnvironmentTab({ custody }: { readonly custody: CustodyHeadView }) {
  return (
    <span className="envtab" data-env={custody.environment} data-testid="environment" title={custody.local ? `${custody.name}: vault, register and both operators are on this computer` : custody.name}>
      <Icon name={custody.local ? "monitor" : "shield"} size={14} />
      {ENVIRONMENT[custody.environment]}
      {custody.local && <span>· Local custody</span>}
    </span>
  );
}
