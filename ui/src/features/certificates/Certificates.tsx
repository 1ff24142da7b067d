import { useRef } from "react";

import { useRowKeys } from "../../commands/rows";
import { usePages, type CertificateRowView, type CertificatesPageRequest, type CertificatesPageView, type Cursor } from "../../host";
import { Empty, OPERATION, When } from "../../kit";
import { href } from "../../routes/route";
import { ListPage } from "../../shell/ListPage";
import { TopBar } from "../../shell/TopBar";

const PAGE = 50;
const PAGING = { at: (request: CertificatesPageRequest, after: Cursor) => ({ ...request, after }), next: (page: CertificatesPageView) => page.next };

/** Every certificate of destruction that was issued. */
export default function Certificates() {
  const list = usePages("certificates_page", { after: null, limit: PAGE }, PAGING);
  const rows = list.pages?.flatMap((page) => page.rows);
  return (
    <>
      <TopBar title="Certificates" />
      <ListPage label="Certificates" of="Certificates of destruction" list={list} rows={rows} empty={<Empty icon="file-text" title="No certificate has been issued yet">A run that destroyed something ends with one, as soon as every proof is there.</Empty>}>
        {(all) => <Table rows={all} />}
      </ListPage>
    </>
  );
}

function Table({ rows }: { readonly rows: readonly CertificateRowView[] }) {
  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys("Certificates", body);
  return (
    <table className="t">
      <thead>
        <tr>
          <th scope="col" className="fit">Certificate</th>
          <th scope="col">Of</th>
          <th scope="col">What was done</th>
          <th scope="col" className="n fit">Issued</th>
        </tr>
      </thead>
      <tbody ref={body}>
        {rows.map((row) => (
          <tr key={row.certificate}>
            <td className="fit mono">
              <a href={href("certificates", row.certificate)} data-row data-testid={`certificate-${row.label}`}>
                {row.label}
              </a>
            </td>
            <td className="med">{row.subject}</td>
            <td className="t2">
              {OPERATION[row.operation].noun.charAt(0).toUpperCase()}
              {OPERATION[row.operation].noun.slice(1)}
            </td>
            <td className="n fit t2">
              <When at={row.issuedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
