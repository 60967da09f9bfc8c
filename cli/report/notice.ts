import { type Html, html } from './escape';

/** A notice, closed: its subject, and its text as it was sent. */
export function noticeBox(subject: string, text: string): Html {
  return html`<details class="notice"><summary>${subject}</summary><pre>${text}</pre></details>`;
}
