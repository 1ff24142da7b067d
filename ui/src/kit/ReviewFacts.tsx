import type { ReviewDetailView } from "../host";
import { count, longMoment, moment } from "./format";
import { Status } from "./text";
import { REVIEW_KIND } from "./words";

/** What one person did, whole: the same on the review list and in the sign window. */
export function ReviewFacts({ item }: { readonly item: ReviewDetailView }) {
  const { row } = item;
  return (
    <dl className="kv">
      <dt>What</dt>
      <dd>
        <Status said={REVIEW_KIND[row.kind]} />
      </dd>
      <dt>Upon</dt>
      <dd className="wrap">{row.subject}</dd>
      <dt>By</dt>
      <dd title={longMoment(row.at)}>
        {row.by.name}, {moment(row.at)}
      </dd>
      {item.reason !== "" && (
        <>
          <dt>Because</dt>
          <dd className="prose">{item.reason}</dd>
        </>
      )}
      {item.facts.map((fact) => (
        <Fact key={fact.name} name={REVIEW_FACT[fact.name] ?? fact.name} value={fact.value} />
      ))}
      <dt>Ledger entry</dt>
      <dd className="num">{count(item.entry)}</dd>
      {item.request && <Fact name="Request" value={item.request.label} />}
      {item.run && <Fact name="Run" value={item.run.label} />}
      {item.certificate && <Fact name="Certificate" value={item.certificate.label} />}
    </dl>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={/^[0-9a-f]{32,}$/.test(value) ? "mono wrap" : "wrap"}>{value}</dd>
    </>
  );
}

/** Facts of an act that have words; the others keep their name. */
const REVIEW_FACT: Record<string, string> = {
  keys: "Keys", count: "Count", deks: "DEKs", tokens: "Tokens", confirmed: "Confirmed by the vault", unconfirmed: "Not confirmed by the vault", scope: "Scope", reference: "Reference",
  kind: "Kind", outcome: "Outcome", verification: "Verification", certificate: "Certificate", digest: "Digest", payload_digest: "Digest of the list", act: "Act", target: "Target", operation: "Operation",
};
