import { composeNotice } from '../../functions/notify/compose';
import { en } from '../../functions/notify/locales/en';
import { ja } from '../../functions/notify/locales/ja';
import type { NotifyInput } from '../../functions/shared/contract';
import { isFields } from '../../functions/shared/input';
import type { ExecutionHistory } from '../execution/states';

/**
 * The notice of an execution, made again from what Notify was given. Only where that gives the very subject that was sent is
 * it taken for what was sent: another version may have worded it otherwise. A failure's notice says what Notify saw when it
 * looked at EC2, which no log has. Which time zone the stack gives Notify stands in no log either: local times are left to UTC.
 */
export function noticeText({ visits }: ExecutionHistory, subject: string): string | null {
  const input = visits.findLast(({ name, input: given }) => name.startsWith('Notify') && given !== null)?.input;
  if (!isFields(input) || input.kind === 'FAILURE' || !isFields(input.execution)) return null;
  try {
    const notice = composeNotice(input as unknown as NotifyInput, null);
    const locale = [en, ja].find((each) => each.subject(notice) === subject);
    return locale?.body(notice, 'UTC') ?? null;
  } catch (error) {
    // An older version gave it other fields.
    if (error instanceof TypeError) return null;
    throw error;
  }
}
