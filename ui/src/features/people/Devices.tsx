import type { DeviceView, LostView, PersonAct, PersonDetailView } from "../../host";
import { Button, Copy, counted, day, groups, longMoment, moment, Note, Section, shortKeyId, Status, useNow } from "../../kit";
import { go, href } from "../../routes/route";
import { More } from "../protect/More";
import styles from "./people.module.css";
import { DEVICE_STATUS, lostClock } from "./words";

/** Device keys, each with its fingerprint; a lost one with its clock and the wipe that is to follow. */
export function Devices({ detail, hours, start }: { readonly detail: PersonDetailView; readonly hours: number; readonly start: (act: PersonAct) => void }) {
  const { row, devices, acts } = detail;
  return (
    <Section title="Devices" aside={acts.enrolDevice.allowed && <button type="button" className="link small" onClick={() => { go("people", "device", { operator: row.person.operator }); }}>Enrol a device…</button>}>
      {devices.length === 0 ? (
        <p className="small t3">No device: nothing can be signed in this name.</p>
      ) : (
        <ul className={styles.boxed}>
          {devices.map((device) => (
            <Device key={device.device} device={device} hours={hours} start={start} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Device({ device, hours, start }: { readonly device: DeviceView; readonly hours: number; readonly start: (act: PersonAct) => void }) {
  const trusted = device.status === "trusted";
  return (
    <li className={styles.device}>
      <span className="col">
        <span className="row">
          <span className="med wrap">{device.name}</span>
          <Status said={DEVICE_STATUS[device.status]} />
        </span>
        <span className="small t3">
          <span className="mono" title={groups(device.device)}>
            {shortKeyId(device.device)}
          </span>
          <Copy value={device.device} label="device key" />
          {" · "}
          <span title={longMoment(device.enrolledAt)}>enrolled {day(device.enrolledAt)}</span>
          {device.endedAt !== null && <span title={longMoment(device.endedAt)}>, ended {day(device.endedAt)}</span>}
        </span>
      </span>
      {trusted && (
        <More
          label="End"
          groups={[
            [
              { id: "lost", title: "Report lost or stolen…", icon: "triangle-alert", may: device.revoke, act: () => { start({ act: "report_lost", device: device.device, lostAt: "0" as never }); } },
              { id: "revoke", title: "Revoke its key…", icon: "ban", may: device.revoke, act: () => { start({ act: "revoke_device", device: device.device }); } },
            ],
          ]}
        />
      )}
      {device.lost && <Lost lost={device.lost} hours={hours} confirm={() => { start({ act: "confirm_wipe", device: device.device, wipedAt: "0" as never }); }} />}
    </li>
  );
}

/** when it was lost and reported, the clock, and the step that is to be ticked with what shows it. */
function Lost({ lost, hours, confirm }: { readonly lost: LostView; readonly hours: number; readonly confirm: () => void }) {
  const now = useNow(10_000);
  const clock = lostClock(lost, now);
  return (
    <div className={styles.lost} data-testid="lost-device">
      <Note tone={clock.tone} icon={lost.wiped === null ? "hourglass" : "circle-check"}>
        <ol className={styles.steps}>
          <li>
            Lost {moment(lost.lostAt)}. {clock.report} <span className="t3">{lost.reportedBy.name}, <a href={href("ledger", String(lost.entry))}>entry {lost.entry}</a>.</span>
          </li>
          <li>Its key was revoked in the same act.</li>
          <li>
            {clock.wipe}
            {lost.wiped === null ? (
              <span className="t3"> Policy A §3 gives {counted(hours, "hour")}, to {moment(lost.dueAt)}.</span>
            ) : (
              <span className="t3"> {lost.wiped.by.name}: “{lost.wiped.evidence}”, <a href={href("ledger", String(lost.wiped.entry))}>entry {lost.wiped.entry}</a>.</span>
            )}
          </li>
        </ol>
        {lost.wiped === null && (
          <Button size="sm" icon="check" onClick={confirm}>
            Record the remote wipe…
          </Button>
        )}
      </Note>
    </div>
  );
}
