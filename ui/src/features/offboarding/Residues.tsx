import type { ErasureView } from "../../host";
import { RESIDUE, Status, When } from "../../kit";

/** What honestly remains afterwards, and until when. */
export function Residues({ erasure }: { readonly erasure: ErasureView }) {
  if (erasure.residues.length === 0) return null;
  return (
    <section className="card" aria-label="What remains">
      <header>
        <h2>What honestly remains, and until when</h2>
      </header>
      <table className="t">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" className="fit">Until</th>
            <th scope="col" className="fit">Known from</th>
          </tr>
        </thead>
        <tbody>
          {erasure.residues.map((residue) => (
            <tr key={residue.kind}>
              <td>{RESIDUE[residue.kind]}</td>
              <td className="fit">{residue.until === null ? <span className="t3">no date configured</span> : <When at={residue.until} />}</td>
              <td className="fit">
                <Status said={residue.checked ? { word: "Read from the system", icon: "circle-check", tone: "ok" } : { word: "Stated by configuration", icon: "info", tone: "idle" }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
