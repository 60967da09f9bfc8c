import type { ResolvedTemplate } from '../iam/template';
import type { Clock } from '../kernel/clock';
import { jsonService } from '../kernel/json';
import type { Service } from '../kernel/service';
import type { Timeline } from '../kernel/timeline';
import { logsActions } from './actions';
import { LogGroups } from './groups';

export interface LogsOptions {
  readonly template: ResolvedTemplate;
  readonly timeline: Timeline;
  readonly clock: Clock;
  readonly uuid: () => string;
}

/**
 * Amazon CloudWatch Logs, for reading: what functions and Express executions wrote is there at once.
 * @see CloudWatch Logs API Reference
 */
export function logs({ template, timeline, clock, uuid }: LogsOptions): Service {
  const groups = new LogGroups(template, timeline, clock.now());
  return jsonService({
    name: 'logs',
    target: 'Logs_20140328.',
    invalid: 'InvalidParameterException',
    actions: logsActions({ groups, accountId: template.accountId, uuid }),
  });
}
