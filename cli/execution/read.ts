import type { Clients } from '../aws/clients';
import { type LogSearch, readLog } from '../aws/log-events';
import { eventIn, type HistoryEvent } from './events';

/** Every event of one execution that is in the log by now, in their order; each once, also where Express ran it twice. */
export async function readExecution(
  clients: Clients,
  search: Omit<LogSearch, 'pattern'> & { readonly executionArn: string },
): Promise<HistoryEvent[]> {
  const found = new Map<number, HistoryEvent>();
  const pattern = `{ $.execution_arn = "${search.executionArn}" }`;
  for await (const { message } of readLog(clients, { ...search, pattern })) {
    const event = eventIn(message);
    if (event !== null && !found.has(event.id)) found.set(event.id, event);
  }
  return [...found.values()].sort((a, b) => a.id - b.id);
}
