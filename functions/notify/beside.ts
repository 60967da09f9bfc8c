import type { Execution } from '../shared/contract';
import { describeError } from '../shared/errors';
import { type Channel, recordSent } from './record';

/** What goes out, and how it is sent: `send` gives the ID that AWS gave it. */
export type Sendings = Readonly<Partial<Record<Channel, () => Promise<string>>>>;

/** What this instance has sent, by execution. Several that cannot tell may take turns at it. */
const sentOf = new Map<string, Set<Channel>>();
const MOST_REMEMBERED = 100;

/**
 * Sends what nothing depends on. That it was lost is in a record; it fails no execution, and no notice waits for it. A state
 * that is tried again because its notice could not be sent does not send it again, where Lambda gives it the same instance;
 * whoever reads it knows a repetition by its mark.
 * @returns the channels whose message was lost
 */
export async function sendBeside({ id, retryCount }: Execution, sendings: Sendings): Promise<Channel[]> {
  const sent = retryCount === 0 ? new Set<Channel>() : (sentOf.get(id) ?? new Set<Channel>());
  remember(id, sent);
  const lost: Channel[] = [];
  const attempt = async (channel: Channel): Promise<void> => {
    const send = sendings[channel];
    if (send === undefined || sent.has(channel)) return;
    try {
      recordSent(channel, await send(), null);
      sent.add(channel);
    } catch (error) {
      recordSent(channel, null, describeError(error));
      lost.push(channel);
    }
  };
  await Promise.all([attempt('event'), attempt('chat')]);
  return lost;
}

/** The executions seen last; a Map keeps their order. */
function remember(executionId: string, sent: Set<Channel>): void {
  sentOf.delete(executionId);
  sentOf.set(executionId, sent);
  const [oldest] = sentOf.keys();
  if (sentOf.size > MOST_REMEMBERED && oldest !== undefined) sentOf.delete(oldest);
}
