import type { DutyKind } from "../../host";

/** What a sign of life is called: on the title, on the button, and afterwards. */
export const DUTY: Record<DutyKind, { readonly title: string; readonly lead: string; readonly button: string; readonly done: string; readonly next: string }> = {
  acknowledge: { title: "Acknowledge your duties", lead: "Your signature says that you have read these words and answer for them. It approves nothing.", button: "Acknowledge duties", done: "Acknowledged", next: "The words stand in the entry, as you read them." },
  rehearse: { title: "Rehearse your signature", lead: "Your signature shows that you and your device key could sign today. It approves nothing and changes nothing.", button: "Sign rehearsal", done: "Rehearsed", next: "It shows that you could have signed something that matters." },
};
