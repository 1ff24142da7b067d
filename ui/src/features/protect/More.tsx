import type { MayView } from "../../host";
import { Icon, instead, Popover, refusal, type IconName } from "../../kit";
import styles from "./protect.module.css";

export type MoreItem = { readonly id: string; readonly title: string; readonly icon: IconName; readonly may: MayView; readonly act: () => void; readonly destroys?: boolean };

/** What else can be done, each by name. What is not allowed stays in the list with the reason under it. */
export function More({ label, groups }: { readonly label: string; readonly groups: readonly (readonly MoreItem[])[] }) {
  const filled = groups.filter((group) => group.length > 0);
  if (filled.length === 0) return null;
  return (
    <Popover
      label={label}
      className="btn"
      trigger={
        <>
          {label}
          <Icon name="chevron-down" size={12} />
        </>
      }
      align="end"
      up
    >
      {(close) => (
        <ul className={styles.menu}>
          {filled.map((group, at) => (
            <li key={at}>
              {at > 0 && <div className={styles.rule} />}
              {group.map((item) => (
                <button
                  key={item.id}
                  type="button"
                  className={styles.item}
                  aria-disabled={!item.may.allowed || undefined}
                  onClick={() => {
                    if (!item.may.allowed) return;
                    close();
                    item.act();
                  }}
                >
                  <span className={item.destroys === true ? "c-danger" : "t3"}>
                    <Icon name={item.icon} />
                  </span>
                  <span className="col">
                    <span className={item.destroys === true && item.may.allowed ? "c-danger med" : "med"}>{item.title}</span>
                    {!item.may.allowed && item.may.reason && (
                      <span className="small t3 wrap">
                        {refusal(item.may.reason)} {item.may.eligible.length > 0 && instead(item.may.eligible.map((who) => who.name))}
                      </span>
                    )}
                  </span>
                </button>
              ))}
            </li>
          ))}
        </ul>
      )}
    </Popover>
  );
}
