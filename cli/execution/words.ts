import { messageOf } from '../../functions/shared/errors';
import { asFields } from '../../functions/shared/input';
import { line } from '../output/text';
import type { Attempt, StateVisit } from './states';

/** One line on what a task's Lambda did, from what it gave back. */
export function whatItDid({ name, output }: Pick<StateVisit, 'name' | 'output'>): string {
  const fields = asFields(output);
  const listed = (field: string) => (Array.isArray(fields[field]) ? fields[field].map(String).join(', ') : '');
  switch (name) {
    case 'VerifyInstanceState':
      return line(`${String(fields.action)} ${String(fields.why)}: ${String(fields.explanation)}`);
    case 'UnassignIp': {
      const kept = Array.isArray(fields.kept) ? fields.kept.map(asFields) : [];
      const parts = [
        listed('released') && `took off ${listed('released')}`,
        listed('alreadyGone') && `already off: ${listed('alreadyGone')}`,
        kept.map(({ address, why }) => `left ${String(address)} in place (${String(why)})`).join(', '),
      ];
      return line(parts.filter((part) => part !== '').join('; ') || 'nothing to take off');
    }
    case 'AssignIp':
      return line(listed('assigned') === '' ? 'assigned nothing' : `assigned ${listed('assigned')}`);
    case 'VerifyEni': {
      const holders = Array.isArray(fields.holders) ? fields.holders.map(asFields) : [];
      return line(
        `EC2 shows ${holders.map(({ address, instanceId }) => `${String(address)} on ${String(instanceId ?? 'nobody')}`).join(', ')}`,
      );
    }
    default:
      return line(
        `${String(fields.outcome)}, notice ${fields.messageId === null ? 'not wanted' : String(fields.messageId)}`,
      );
  }
}

/** One line on a try that failed. */
export function whatWentWrong({ error, cause }: Attempt): string {
  return line(`${error}: ${messageOf({ Error: error ?? '', Cause: cause ?? '' })}`);
}
