import { useState } from "react";

import { useRead, type ActorKind, type OperationRequest, type OperatorId, type PeopleView, type PersonRowView, type Role } from "../../host";
import { Copy, counted, listed, Note, Reading, refusal, ROLE, Segments, SelectField, TextField } from "../../kit";
import { go, href, type Route } from "../../routes/route";
import { useSession } from "../../shell/session";
import { Main, TopBar } from "../../shell/TopBar";
import { Ask, type WrongOf } from "../ask/Ask";
import { ASK_TITLE, type AskKind } from "./asks";
import { CardField } from "./CardField";
import { EMPTY_WISH, gapsOf, operationOf, type Wish } from "./peopleAsk";
import { RolesField } from "./RolesField";
import { ACTOR } from "./words";

type Fill = (change: Partial<Wish>) => void;
type FieldsProps = { readonly kind: AskKind; readonly wish: Wish; readonly fill: Fill; readonly people: PeopleView; readonly wrong: WrongOf };

/** Asks for what two people decide about a person: joining, a further device, a role, coming back. */
export default function PeopleAsk({ kind, route }: { readonly kind: AskKind; readonly route: Route }) {
  const { view, error, again } = useRead("people", {});
  const [wish, setWish] = useState<Wish>(() => ({ ...EMPTY_WISH, operator: route.query["operator"] ?? "" }));
  const leave = () => {
    go("people", wish.operator === "" ? null : wish.operator);
  };
  const fill: Fill = (change) => { setWish({ ...wish, ...change }); };
  const operation: OperationRequest | null = operationOf(kind, wish);
  return (
    <>
      <TopBar title={ASK_TITLE[kind]} crumb={{ label: "People", href: href("people") }} />
      <Main label={ASK_TITLE[kind]}>
        <Reading view={view} error={error} again={again} label="people" lines={10}>
          {(people) => (
            <Ask label={ASK_TITLE[kind]} operation={operation} gaps={gapsOf(kind, wish)} before={BEFORE[kind]} above={!people.enrol.allowed && people.enrol.reason ? <Note tone="warn">{refusal(people.enrol.reason)}</Note> : undefined} leave={leave}>
              {(wrong) => <Fields kind={kind} wish={wish} fill={fill} people={people} wrong={wrong} />}
            </Ask>
          )}
        </Reading>
      </Main>
    </>
  );
}

const BEFORE: Record<AskKind, string> = {
  enrol: "Paste the card and choose the roles to see who joins, with which device, and from when on their roles count.",
  device: "Paste the card of the new device to see whose it is, and with which key they could sign from then on.",
  grant: "Choose the person and the role to see from when on it counts.",
  reinstate: "Choose the person, the roles and the card of a new device to see with what they come back.",
};

function Fields(props: FieldsProps) {
  switch (props.kind) {
    case "enrol":
      return <Enrol {...props} />;
    case "device":
      return (
        <>
          <Person {...props} may={(row) => row.status === "active" && (row.kind === "operator" || row.kind === "agent")} />
          <Card {...props} />
        </>
      );
    case "grant":
      return (
        <>
          <Person {...props} may={(row) => row.status === "active" && row.kind === "operator"} />
          <RolesField label="Roles and authority" held={heldBy(props)} kind="operator" roles={props.wish.roles} error={props.wrong("roles")} choose={(roles) => { props.fill({ roles }); }} />
          <Cooling people={props.people} />
        </>
      );
    case "reinstate":
      return (
        <>
          <Person {...props} may={(row) => row.status === "suspended"} />
          <RolesField label="Comes back with" held={[]} kind={chosen(props)?.kind ?? "operator"} roles={props.wish.roles} error={props.wrong("roles")} choose={(roles) => { props.fill({ roles }); }} />
          <Cooling people={props.people} />
          <Card {...props} />
        </>
      );
    default:
      return props.kind satisfies never;
  }
}

function Enrol({ wish, fill, people, wrong, kind }: FieldsProps) {
  const keyless = wish.keyless;
  return (
    <>
      <Segments
        label="Who joins"
        value={keyless ? "keyless" : "card"}
        choose={(next) => { fill({ keyless: next === "keyless", roles: [] }); }}
        options={[{ value: "card", label: "With a device key" }, { value: "keyless", label: "Service or AI, without a key" }]}
      />
      {keyless ? (
        <>
          <SelectField label="Kind" value={wish.actor} hint={ACTOR[wish.actor].says} onChange={(event) => { fill({ actor: event.target.value as ActorKind }); }}>
            <option value="service">Service</option>
            <option value="ai">AI actor</option>
          </SelectField>
          <TextField label="Name" value={wish.name} error={wrong("name")} autoComplete="off" onChange={(event) => { fill({ name: event.target.value }); }} />
          <TextField label="Identity" value={wish.person} error={wrong("person")} hint="E-mail or object id" autoComplete="off" spellCheck={false} onChange={(event) => { fill({ person: event.target.value }); }} />
          <TextField label="Login at the register" value={wish.login} error={wrong("login")} autoComplete="off" spellCheck={false} onChange={(event) => { fill({ login: event.target.value }); }} />
        </>
      ) : (
        <>
          <Invitation />
          <Card kind={kind} wish={wish} fill={fill} people={people} wrong={wrong} />
        </>
      )}
      <RolesField label="Roles" held={[]} kind={keyless ? wish.actor : (wish.read?.kind ?? "operator")} roles={wish.roles} error={wrong("roles")} choose={(roles) => { fill({ roles }); }} />
      <Cooling people={people} />
    </>
  );
}

/** What the joiner needs first, on a computer that does not know this custody. */
function Invitation() {
  const { custody } = useSession();
  const { view } = useRead("invitation", {}, { enabled: !custody.local });
  if (custody.local || view === undefined) return null;
  return (
    <Note icon="copy">
      The joiner&rsquo;s computer needs this custody&rsquo;s invitation first; it holds no secret. <Copy value={view.text} label="invitation" />
    </Note>
  );
}

function Card({ kind, wish, fill, wrong }: FieldsProps) {
  const { read } = wish;
  return (
    <>
      <CardField value={wish.card} error={wrong("card")} choose={(card, said) => { fill({ card, read: said }); }} />
      {read && kind === "enrol" && read.known && (
        <Note tone="warn">
          <b>{read.known.name} is enrolled already.</b> This card can only bring them a further device. <a href={href("people", "device", { operator: read.known.operator })}>Ask for that instead.</a>
        </Note>
      )}
      {read && kind !== "enrol" && read.known?.operator !== wish.operator && wish.operator !== "" && (
        <Note tone="alert" role="alert">
          <b>This card is not of that person.</b> It names {read.name}, {read.identity}. Ask them for a card made under their own identity.
        </Note>
      )}
    </>
  );
}

function Person({ wish, fill, people, wrong, may }: FieldsProps & { readonly may: (row: PersonRowView) => boolean }) {
  const fit = people.people.filter(may);
  return (
    <SelectField label="Person" value={wish.operator} error={wrong("operator")} onChange={(event) => { fill({ operator: event.target.value as OperatorId, roles: [] }); }}>
      <option value="">{fit.length === 0 ? "None fits" : "Choose…"}</option>
      {fit.map((row) => (
        <option key={row.person.operator} value={row.person.operator}>
          {row.person.name}
          {row.person.roles.length > 0 && `, ${listed(row.person.roles.map((role) => ROLE[role]))}`}
        </option>
      ))}
    </SelectField>
  );
}

function Cooling({ people: { coolDownHours } }: { readonly people: PeopleView }) {
  return <Note icon="clock">A role counts {counted(coolDownHours, "hour")} after it was granted, so that nobody is made eligible for a request that already waits.</Note>;
}

function chosen({ people, wish }: FieldsProps): PersonRowView | undefined {
  return people.people.find((row) => row.person.operator === wish.operator);
}

function heldBy(props: FieldsProps): readonly Role[] {
  const row = chosen(props);
  return row === undefined ? [] : [...row.person.roles, ...row.cooling];
}

