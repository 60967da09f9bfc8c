import { EVENT_SOURCE, OUTCOME_TYPE } from '../shared/bus';
import type { Entry } from './put-events';
import type { OutcomeRecord } from './record';

/** The event on the bus; its detail is the record, and outcome.schema.json describes it. */
export function outcomeEvent(record: OutcomeRecord): Entry {
  return {
    Source: EVENT_SOURCE,
    DetailType: OUTCOME_TYPE,
    Detail: JSON.stringify(record),
    Resources: [record.executionId],
  };
}
