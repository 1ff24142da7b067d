import { useState } from "react";

import { toast } from "../../commands/toast";
import { useAct, type Micros, type PersonAct, type PersonDetailView } from "../../host";
import { Button, Check, count, counted, dateOf, Dialog, duration, listed, Note, Problem, ROLE, TextArea, TextField, type IconName } from "../../kit";
import { momentOf, typedMoment } from "./moment";
import styles from "./people.module.css";
import { operationName } from "./words";

/** What one person does to another's access at once: what it ends, why, and it is done. */
export function ProtectPerson({ act, detail, hours, close }: { readonly act: PersonAct; readonly detail: PersonDetailView; readonly hours: number; readonly close: () => void }) {
  const { person } = detail.row;
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState(() => typedMoment(new Date()));
  const [accepted, setAccepted] = useState(false);
  const [tried, setTried] = useState(false);
  const said = words(act, detail);
  const timed = act.act === "report_lost" || act.act === "confirm_wipe";
  const at = momentOf(typed);
  const when = timed ? momentProblem(at) : undefined;
  const acceptable = act.act === "suspend" || act.act === "report_lost";
  const ready = reason.trim() !== "" && (said.needed.length === 0 || !acceptable || accepted);
  const protect = useAct("protect_person", {
    done: (view) => {
      toast(`${said.done}, ledger entry ${count(view.entry)}.${view.lapsed > 0 ? ` ${counted(view.lapsed, "open request")} lapsed.` : ""}`);
      close();
    },
  });
  const submit = () => {
    setTried(true);
    if (!ready || when !== undefined) return;
    protect.act({ operator: person.operator, act: withMoment(act, at), reason: reason.trim(), acceptLoss: acceptable && accepted });
  };
  return (
    <Dialog
      title={said.title}
      lead={said.lead}
      close={close}
      submit={submit}
      footer={
        <>
          <Button onClick={close} hint="Esc">
            Leave as it is
          </Button>
          <span className="grow" />
          <Button kind="primary" type="submit" icon={said.icon} busy={protect.busy} disabled={!ready}>
            {said.button}
          </Button>
        </>
      }
    >
      {said.ends.length > 0 && (
        <ul className={styles.ends} data-testid="ends">
          {said.ends.map((end) => (
            <li key={end}>{end}</li>
          ))}
        </ul>
      )}
      {said.needed.length > 0 && (
        <Note tone="warn" icon="users">
          <b>Afterwards nobody could {listed(said.needed, "or")}.</b>{" "}
          {acceptable ? "Have another person enrolled soon." : "The register refuses it for that reason: have another person enrolled or given the role first. A suspicion goes through as a suspension."}
          {acceptable && <Check label="Access in wrong hands is worse; I accept this." checked={accepted} onChange={(event) => { setAccepted(event.target.checked); }} />}
        </Note>
      )}
      {timed && (
        <TextField
          label={act.act === "report_lost" ? "Lost at, in UTC" : "Wiped at, in UTC"}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          placeholder="2026-11-22 07:10"
          error={tried || typed !== "" ? when : undefined}
          hint={act.act === "confirm_wipe" ? "As the device management says." : at === null ? `Policy A §3 gives ${counted(hours, "hour")} from the loss to the report and the remote wipe.` : clockSays(at, hours)}
          onChange={(event) => { setTyped(event.target.value); }}
        />
      )}
      <TextArea label={act.act === "confirm_wipe" ? "What shows that it is wiped" : "Reason"} rows={3} value={reason} hint={act.act === "confirm_wipe" ? "For instance the number and time of the confirmation of the device management." : "Whoever reviews it reads this; it is kept for ever."} onChange={(event) => { setReason(event.target.value); }} />
      {protect.error && <Problem error={protect.error} />}
    </Dialog>
  );
}

function withMoment(act: PersonAct, at: Micros | null): PersonAct {
  if (at === null) return act;
  if (act.act === "report_lost") return { ...act, lostAt: at };
  return act.act === "confirm_wipe" ? { ...act, wipedAt: at } : act;
}

function momentProblem(at: Micros | null): string | undefined {
  if (at === null) return "Write it as 2026-11-22 07:10.";
  return dateOf(at).getTime() > Date.now() + 60_000 ? "This lies in the future." : undefined;
}

function clockSays(lost: Micros, hours: number): string {
  const left = Math.round((dateOf(lost).getTime() + hours * 3_600_000 - Date.now()) / 1000);
  return left >= 0 ? `Of the ${counted(hours, "hour")} of policy A §3, ${duration(left)} are left for the remote wipe.` : `The ${counted(hours, "hour")} of policy A §3 ended ${duration(-left)} ago; report it all the same.`;
}

type Said = { readonly title: string; readonly lead: string; readonly button: string; readonly done: string; readonly icon: IconName; readonly ends: readonly string[]; readonly needed: readonly string[] };

const AT_ONCE = "Done at once under your name alone; a second person looks at it afterwards.";

function words(act: PersonAct, detail: PersonDetailView): Said {
  const { name } = detail.row.person;
  const needed = detail.neededFor.map((need) => lower(operationName(need.operation)));
  const device = "device" in act ? detail.devices.find((one) => one.device === act.device) : undefined;
  switch (act.act) {
    case "suspend":
      return { title: `Suspend ${name}`, lead: `They may do nothing until two people reinstate them. ${AT_ONCE}`, button: `Suspend ${name}`, done: `${name} suspended`, icon: "circle-pause", ends: everything(detail), needed };
    case "leave":
      return { title: `${name} leaves the company`, lead: `Their access ends for good; a return is a new enrolment. ${AT_ONCE}`, button: `End the access of ${name}`, done: `The access of ${name} ended`, icon: "ban", ends: everything(detail), needed };
    case "withdraw_role":
      return {
        title: `Withdraw ${ROLE[act.role]} from ${name}`, lead: `Granting it again takes two people and the cool-down. ${AT_ONCE}`, button: `Withdraw ${ROLE[act.role]}`, done: `${ROLE[act.role]} withdrawn from ${name}`, icon: "circle-minus",
        ends: [`Nothing more is asked for or countersigned as ${ROLE[act.role]}`, ...lapses(detail)], needed,
      };
    case "revoke_device":
      return { title: `Revoke ${device?.name ?? "the device"} of ${name}`, lead: `Its key is trusted no more; a key never comes back. ${AT_ONCE}`, button: "Revoke the device key", done: `${device?.name ?? "The device"} revoked`, icon: "ban", ends: [...oneDevice(detail), ...lapses(detail)], needed: devicesLeft(detail) === 0 ? needed : [] };
    case "report_lost":
      return {
        title: `Report ${device?.name ?? "the device"} of ${name} lost`, lead: `Its key is revoked at once, and the clock for the remote wipe runs from the time of loss. ${AT_ONCE}`, button: "Report the loss", done: `${device?.name ?? "The device"} reported lost`, icon: "triangle-alert",
        ends: [...oneDevice(detail), ...lapses(detail), "The remote wipe stays on this page until it is recorded"], needed: devicesLeft(detail) === 0 ? needed : [],
      };
    case "confirm_wipe":
      return { title: `Record the remote wipe of ${device?.name ?? "the device"}`, lead: "Countersign cannot wipe a device, nor see that it was: it keeps who says so, when, and what shows it.", button: "Record the wipe", done: `Remote wipe of ${device?.name ?? "the device"} recorded`, icon: "check", ends: [], needed: [] };
    default:
      return act satisfies never;
  }
}

function everything(detail: PersonDetailView): string[] {
  const { row, roles } = detail;
  return [
    `${counted(row.devices, "device key")} trusted no more`,
    ...(roles.length > 0 ? [`${listed(roles.map((held) => ROLE[held.role]))} withdrawn`] : []),
    `The login ${row.login} refused by the register`,
    ...lapses(detail),
  ];
}

function oneDevice(detail: PersonDetailView): string[] {
  const left = devicesLeft(detail);
  return ["Nothing signed with its key from now on counts", left === 0 ? "No device is left: they can sign nothing until two people enrol another" : `${counted(left, "other device")} still trusted`];
}

function devicesLeft({ row }: PersonDetailView): number {
  return Math.max(0, row.devices - 1);
}

function lapses({ openSeals }: PersonDetailView): string[] {
  if (openSeals.length === 0) return [];
  return [`${counted(openSeals.length, "open seal")} ${openSeals.length === 1 ? "lapses" : "lapse"}: ${listed(openSeals.map((one) => one.request.label))}`];
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
