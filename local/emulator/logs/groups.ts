import type { ResolvedTemplate } from '../iam/template';
import { ApiError } from '../kernel/api';
import type { Timeline } from '../kernel/timeline';

/** The one stream that every group with lines has here. */
export const STREAM = 'local';

export interface LogGroup {
  readonly name: string;
  /** Without `:*` at the end. */
  readonly arn: string;
  readonly createdAt: number;
  readonly retentionInDays: number | null;
}

export interface LogLine {
  /** The same one whenever it is asked for. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly group: string;
  readonly message: string;
}

const ID_DIGITS = 56;

/** What is in the logs: the lines on the timeline, in the template's groups and those that Lambda makes for itself. */
export class LogGroups {
  private readonly createdAt: number;

  constructor(
    private readonly template: ResolvedTemplate,
    private readonly timeline: Timeline,
    now: number,
  ) {
    this.createdAt = now;
  }

  /** By name, as DescribeLogGroups has them. */
  get all(): readonly LogGroup[] {
    const declared = this.template.resources
      .filter(({ type }) => type === 'AWS::Logs::LogGroup')
      .map(({ physicalId, properties }) => this.group(physicalId, this.createdAt, properties.RetentionInDays));
    const written = this.lines().map(({ group, at }) => this.group(group, at));
    // The first one of a name counts.
    const groups = new Map([...declared, ...written].reverse().map((group) => [group.name, group]));
    return [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws ApiError `ResourceNotFoundException` */
  find(name: string): LogGroup {
    const found = this.all.find((group) => group.name === name);
    if (found === undefined) throw notFound('The specified log group does not exist.');
    return found;
  }

  arnOf(name: string): string {
    return `arn:aws:logs:${this.template.region}:${this.template.accountId}:log-group:${name}`;
  }

  /** In the order in which they were written; of one group or of all. */
  lines(name?: string): readonly LogLine[] {
    return this.timeline.events.flatMap((event, index) =>
      event.type === 'log' && (name ?? event.group) === event.group
        ? [{ id: String(index).padStart(ID_DIGITS, '0'), at: event.at, group: event.group, message: event.line }]
        : [],
    );
  }

  private group(name: string, createdAt: number, retention: unknown = null): LogGroup {
    const retentionInDays = typeof retention === 'number' ? retention : null;
    return { name, arn: this.arnOf(name), createdAt, retentionInDays };
  }
}

export function notFound(message: string): ApiError {
  return new ApiError('ResourceNotFoundException', message);
}

export function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterException', message);
}
