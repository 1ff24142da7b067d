import { useRef } from "react";

import { useRowKeys } from "../../commands/rows";
import { usePages, type Cursor, type OffboardingFolder, type OffboardingRowView, type OffboardingsPageRequest, type OffboardingsPageView } from "../../host";
import { Ago, Button, Empty, Icon, REQUEST_STATE, runState, Seals, Segments, Status } from "../../kit";
import { go, href, type Route } from "../../routes/route";
import { ListPage } from "../../shell/ListPage";
import { TopBar } from "../../shell/TopBar";
import { STEP_WORD } from "../runs/steps";
import styles from "./offboarding.module.css";

const PAGE = 50;
const PAGING = { at: (request: OffboardingsPageRequest, after: Cursor) => ({ ...request, after }), next: (page: OffboardingsPageView) => page.next };

const NONE_LEAVES = (
  <Empty icon="users" title="No tenant is leaving" act={<Button icon="users" onClick={() => { go("tenants"); }}>Choose a tenant</Button>}>
    An offboarding begins at the tenant: what is found of it, what stands in the way, how strong the erasure is.
  </Empty>
);

/** Tenants that are leaving or have left, and where each stands. */
export default function Offboardings({ route }: { readonly route: Route }) {
  const folder: OffboardingFolder = route.query["folder"] === "ended" ? "ended" : "under_way";
  const list = usePages("offboardings_page", { folder, after: null, limit: PAGE }, PAGING);
  const rows = list.pages?.flatMap((page) => page.rows);
  return (
    <>
      <TopBar title="Offboarding">
        <Segments label="Folder" value={folder} choose={(next) => { go("offboarding", null, { folder: next }); }} options={[{ value: "under_way", label: "Under way" }, { value: "ended", label: "Ended" }]} />
      </TopBar>
      <ListPage label="Offboarding" of="Offboardings" list={list} rows={rows} empty={folder === "under_way" ? NONE_LEAVES : <Empty icon="users" title="No tenant has left yet" />}>
        {(all) => <Table rows={all} />}
      </ListPage>
    </>
  );
}

function Table({ rows }: { readonly rows: readonly OffboardingRowView[] }) {
  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys("Offboardings", body);
  return (
    <table className="t">
      <thead>
        <tr>
          <th scope="col">Tenant</th>
          <th scope="col" className="fit">Seals</th>
          <th scope="col">Where it stands</th>
          <th scope="col" className="fit">Certificate</th>
          <th scope="col" className="n fit">Asked</th>
        </tr>
      </thead>
      <tbody ref={body}>
        {rows.map(({ request, run, certificate }) => (
          <tr key={request.request} className={styles.tall}>
            <td>
              <span className="col">
                <a className="med trunc" href={run === null ? href("approvals", request.request, { folder: request.state === "open" || request.state === "approved" ? "open" : "decided" }) : href("runs", run.run.run)} data-row data-testid={`offboarding-${request.label}`}>
                  {request.subject}
                </a>
                <span className="small t3 trunc">
                  {request.label} · {request.requester.name}
                </span>
              </span>
            </td>
            <td className="fit">
              <Seals slots={request.slots} size={22} />
            </td>
            <td>
              {run === null ? (
                <Status said={REQUEST_STATE[request.state]} />
              ) : (
                <span className="col">
                  <Status said={runState(run)} />
                  <span className="small t3 trunc">
                    {run.run.label}
                    {run.state !== "finished" && ` · ${STEP_WORD[run.step]}`}
                  </span>
                </span>
              )}
            </td>
            <td className="fit">
              {certificate === null ? (
                <span className="t3">–</span>
              ) : (
                <a className="row" href={href("certificates", certificate.certificate)}>
                  <Icon name="file-text" size={14} />
                  <span className="mono">{certificate.label}</span>
                </a>
              )}
            </td>
            <td className="n fit t2">
              <Ago at={request.requestedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
