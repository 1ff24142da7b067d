import { useKeys } from "../../commands/keys";
import { useRead, type SurveyView, type TenantId } from "../../host";
import { Button, count, Erasure, Icon, instead, Note, Reading, refusal, When } from "../../kit";
import { go, href } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import { Checks } from "./Checks";
import { Found } from "./Found";
import styles from "./offboarding.module.css";
import { Residues } from "./Residues";
import { When as Timeline } from "./When";

/** Before anyone asks: everything that was found of a tenant, what stands in the way, and how strong the erasure would be. */
export default function Survey({ tenant }: { readonly tenant: string }) {
  const { view, error, again } = useRead("offboarding_survey", { tenant: tenant as TenantId }, { keep: false });
  useKeys("Offboarding", [{ keys: "Escape", label: "Back", act: () => { go("tenants", tenant); }, shown: true }]);
  return (
    <>
      <TopBar title={view?.tenant.name ?? "Offboarding"} crumb={{ label: "Offboarding", href: href("offboarding") }} />
      <Main label={`Offboarding of ${view?.tenant.name ?? ""}`}>
        <div className="scroll">
          <Reading view={view} error={error} again={again} label="what is the tenant's" lines={12}>
            {(survey) => <Page survey={survey} again={again} />}
          </Reading>
        </div>
      </Main>
    </>
  );
}

function Page({ survey, again }: { readonly survey: SurveyView; readonly again: () => void }) {
  const { tenant, checks, ask } = survey;
  const blocked = checks.filter((check) => check.finding === "blocks").length;
  return (
    <div className={styles.page}>
      <div className={`row ${styles.wideRow ?? ""}`}>
        <div className="col grow">
          <h2 className="big-title wrap">What offboarding {tenant.name} would destroy</h2>
          <p className="small t2">
            Found <When at={survey.foundAt} />. Nothing is done here: the request is what two people sign.
          </p>
        </div>
        <Button icon="refresh-cw" onClick={again}>
          Look again
        </Button>
      </div>
      <div className="stack">
        <Found survey={survey} />
        <Erasure erasure={survey.erasure} />
        <Timeline survey={survey} />
        <Residues erasure={survey.erasure} />
      </div>
      <aside className="stack" aria-label="Before it can be asked for">
        <Checks checks={checks} tenant={tenant.tenant} />
        <section className={`card ${styles.ask ?? ""}`} aria-label="Ask">
          <div className="body stack tight">
            {blocked > 0 ? (
              <Note tone="alert">
                <b>{blocked === 1 ? "One thing stands in the way." : `${count(blocked)} things stand in the way.`}</b> It can be asked for when {blocked === 1 ? "that is" : "they are"} cleared.
              </Note>
            ) : (
              <p className="small t2">Whoever signs types the tenant&rsquo;s name. What it destroys does not come back.</p>
            )}
            {blocked === 0 && ask.allowed && (
              <span>
                <Button kind="danger" size="lg" icon="trash" onClick={() => { go("request", "offboard_tenant", { tenant: tenant.tenant }); }}>
                  Request offboarding…
                </Button>
              </span>
            )}
            {!ask.allowed && ask.reason && (
              <p className="small t2 row" data-testid="why-not">
                <Icon name="info" size={14} />
                <span>
                  {refusal(ask.reason)} {ask.eligible.length > 0 && instead(ask.eligible.map((who) => who.name))}
                </span>
              </p>
            )}
          </div>
        </section>
      </aside>
    </div>
  );
}
