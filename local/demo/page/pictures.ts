import { endOf, eventIn, type HistoryEvent } from '../../../cli/execution/events';
import { historyOf } from '../../../cli/execution/states';
import { timelineOf } from '../../../cli/report/timeline';

export interface Picture {
  /** ARN. */
  readonly execution: string;
  /** SVG for an HTML page, everything in it escaped. */
  readonly svg: string;
}

/** Draws each execution when its log says that it ended, from the same lines and by the same renderer as the auditor's report. */
export class Pictures {
  private readonly open = new Map<string, HistoryEvent[]>();

  /** @returns the picture of the execution that this line of a log ends; null for every other line */
  add(line: string): Picture | null {
    const event = line.includes('"execution_arn"') ? eventIn(line) : null;
    if (event === null) return null;
    const { executionArn: execution } = event;
    const events = [...(this.open.get(execution) ?? []), event];
    this.open.set(execution, events);
    if (endOf(event) === undefined) return null;
    this.open.delete(execution);
    const history = historyOf(events);
    return history === null ? null : { execution, svg: timelineOf(history).text };
  }
}
