import { QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { select } from "./commands/selection";
import { toast } from "./commands/toast";
import { keepDraft } from "./features/exceptions/draft";
import { FirstRun } from "./features/start/FirstRun";
import { Founding } from "./features/start/Founding";
import { Unavailable } from "./features/start/Unavailable";
import { Unlock } from "./features/start/Unlock";
import { forget, makeQueryClient, useHostEvents, useRead, type HostEvent } from "./host";
import { DECISION, moment, Problem, Skeleton } from "./kit";
import { go, useRoute } from "./routes/route";
import { Pages } from "./routes/Pages";
import { Boundary } from "./shell/Boundary";
import { Shell } from "./shell/Shell";

export function App() {
  const [client] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={client}>
      <Boundary>
        <Gate />
      </Boundary>
    </QueryClientProvider>
  );
}

/** Shows the screen that belongs to where the console stands, and no other. */
function Gate() {
  const { view, error, again } = useRead("app_state", {}, { keep: false });
  useHostEvents(answer);
  useForgetWhenLocked(view?.at);
  useMarkUsable(view !== undefined);
  if (view === undefined) {
    return error ? <Problem error={error} again={again} /> : <Skeleton label="Opening Countersign" />;
  }
  switch (view.at) {
    case "first_run":
      return <FirstRun keychain={view.keychain} />;
    case "founding":
      return <Founding custody={view.custody} keychain={view.keychain} founding={view.founding} />;
    case "locked":
      return <Unlock state={view} />;
    case "unavailable":
      return <Unavailable custody={view.custody} problem={view.problem} again={again} />;
    case "unlocked":
      return <Inside key={view.operator.operator} />;
    default:
      return view satisfies never;
  }
}

function Inside() {
  const route = useRoute();
  return (
    <Shell route={route}>
      <Pages route={route} />
    </Shell>
  );
}

/** What is no sign-off of something, by its label: an operator's own signs of life. */
const SIGNED: Record<string, string> = { "rehearsal.signed": "Your rehearsal signature is in the ledger.", "duties.acknowledged": "You acknowledged your duties." };

/** What the window says when something was sealed in the other one. */
function answer(event: HostEvent): void {
  if (event.event === "reminder") toast(`${event.label} ends on ${moment(event.until)}: ${event.title}.`);
  if (event.event !== "sealed") return;
  select([]);
  if (event.request === null) {
    toast(SIGNED[event.label] ?? `You signed off ${event.label}.`);
    return;
  }
  toast(event.decision === null ? `${event.label} was sealed and submitted.` : `You ${DECISION[event.decision]} ${event.label}.`);
  go("approvals", event.request, { folder: event.decision === null ? "mine" : event.decision === "approve" ? "open" : "decided" });
}

function useForgetWhenLocked(at: string | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (at !== "locked") return;
    forget(client);
    select([]);
    keepDraft(null);
  }, [at, client]);
}

/** Marks the first frame in which a screen takes input: what the start is measured by. */
function useMarkUsable(usable: boolean): void {
  useEffect(() => {
    if (!usable || performance.getEntriesByName("usable").length > 0) return;
    const frame = requestAnimationFrame(() => performance.mark("usable"));
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [usable]);
}
