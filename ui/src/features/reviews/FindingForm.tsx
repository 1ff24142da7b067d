import { useState } from "react";

import type { ReviewFinding, FindingBecomes, TransitionReviewView } from "../../host";
import { Button, count, Dialog, SelectField, TextArea } from "../../kit";
import { href } from "../../routes/route";

type FindingFormProps = { readonly about: number | null; readonly review: TransitionReviewView; readonly close: () => void; readonly keep: (finding: ReviewFinding) => void };

/** What a reviewer found, and what it becomes. It is part of what they sign. */
export function FindingForm({ about, review, close, keep }: FindingFormProps) {
  const [words, setWords] = useState("");
  const [becomes, setBecomes] = useState("note");
  const chosen = becomesOf(becomes);
  return (
    <Dialog
      title={about === null ? "Add a finding" : `Add a finding about entry ${count(about)}`}
      lead="It stays on record with your signature, and with the incident or exception that it becomes."
      close={close}
      submit={() => {
        if (words.trim() !== "") keep({ about, becomes: chosen, words: words.trim() });
      }}
      footer={
        <>
          <Button size="lg" hint="Esc" onClick={close}>
            Leave it
          </Button>
          <span className="grow" />
          <Button kind="primary" size="lg" type="submit" disabled={words.trim() === ""}>
            Add finding
          </Button>
        </>
      }
    >
      {/* The dialog is opened for this field. */}
      {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
      <TextArea label="What you found" rows={3} value={words} autoFocus onChange={(event) => { setWords(event.target.value); }} />
      <SelectField
        label="It becomes"
        value={becomes}
        onChange={(event) => { setBecomes(event.target.value); }}
        hint={
          <>
            An incident is named by its hold, which is set <a href={href("keys")}>on the key</a> or <a href={href("tenants")}>on the tenant</a>; an exception by its <a href={href("exceptions", null, { ask: "1" })}>request</a>.
          </>
        }
      >
        <option value="note">Words on record</option>
        {review.incidents.map((one) => (
          <option key={one.hold} value={`incident ${one.hold}`}>
            Incident: {one.label}
          </option>
        ))}
        {review.exceptions.map((one) => (
          <option key={one.request} value={`exception ${one.request}`}>
            Exception asked for in {one.label}
          </option>
        ))}
      </SelectField>
    </Dialog>
  );
}

function becomesOf(value: string): FindingBecomes {
  const [is, id = ""] = value.split(" ", 2);
  if (is === "incident") return { is: "incident", hold: id as Extract<FindingBecomes, { is: "incident" }>["hold"] };
  return is === "exception" ? { is: "exception", request: id as Extract<FindingBecomes, { is: "exception" }>["request"] } : { is: "note" };
}
