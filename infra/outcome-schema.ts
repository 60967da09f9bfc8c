import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EVENT_SOURCE, OUTCOME_TYPE } from '../functions/shared/bus';
import { OUTCOMES } from '../functions/shared/contract';
import { MEANING } from '../functions/shared/meaning';
import { MODES, TRIGGERS } from '../functions/shared/plan';
import { packageRoot } from './package-root';

const text = (description: string) => z.string().meta({ description });
const textOrNull = (description: string) => z.string().nullable().meta({ description });
const time = (description: string) =>
  z.iso
    .datetime()
    .nullable()
    .meta({ description: `${description} ISO 8601 in UTC.` });
const milliseconds = (description: string) =>
  z
    .number()
    .min(0)
    .nullable()
    .meta({ description: `${description} Milliseconds; null where it is not known.` });

/** The detail of an outcome's event. A new field may come at any time; `schemaVersion` grows when one changes its name or meaning. */
export const outcomeSchema = z.object({
  schemaVersion: z.literal(2),
  executionId: text("The execution's ARN: the same event may come twice, and has the same one."),
  outcome: z.enum(OUTCOMES).meta({ description: 'How the execution ended.' }),
  cluster: text('"unknown" where the input named no known cluster.'),
  mode: z.enum(MODES).nullable().meta({ description: 'What was asked for.' }),
  trigger: z.enum(TRIGGERS).nullable().meta({ description: 'What started the execution.' }),
  why: textOrNull("The rule that decided, or the error's name where there was no plan."),
  addresses: z.array(z.ipv4()).meta({ description: 'The virtual IPs of the cluster.' }),
  from: textOrNull('Where the addresses were: instances, interfaces without one, or "nobody", joined by commas.'),
  to: textOrNull('Instance of the node that the addresses were to go to.'),
  target: textOrNull('Instance of the node that was asked for.'),
  reason: textOrNull('As given.'),
  requestedBy: textOrNull('As stated: who started the execution stands in CloudTrail.'),
  requesterIs: z.literal('AS_STATED').nullable().meta({ description: 'Null where nobody asked.' }),
  eventTime: time('When the event happened that started the execution.'),
  eventId: textOrNull("EventBridge's ID of that event."),
  startTime: z.iso.datetime().meta({ description: 'When the execution started. ISO 8601 in UTC.' }),
  outageMs: milliseconds(`Outage: ${MEANING.outageMs}.`),
  tookMs: milliseconds(`Duration: ${MEANING.tookMs}.`),
  darkTimeMs: milliseconds(`Dark time: ${MEANING.darkTimeMs}.`),
  status: z
    .enum(['OK', 'CHECK', 'DEGRADED', 'DOWN'])
    .meta({ description: 'How the service stands, as far as EC2 shows it.' }),
  error: textOrNull('Name of the error that ended the execution.'),
  errorMessage: textOrNull('What it said.'),
  findings: z
    .array(z.object({ severity: z.enum(['problem', 'warning']), code: z.string(), detail: z.string() }))
    .meta({ description: 'What people should know besides.' }),
  told: z.boolean().meta({ description: 'False: nobody was to get a notice.' }),
  silence: z.enum(['NOT_WANTED', 'CHECK_FAILED', 'OVERTAKEN']).nullable().meta({ description: 'Why not.' }),
  repetition: z.boolean().meta({ description: 'The same may have been said before.' }),
});

export function outcomeJsonSchemaText(): string {
  const description = `Detail of the EventBridge events with source "${EVENT_SOURCE}" and detail type "${OUTCOME_TYPE}".`;
  const schema = { title: OUTCOME_TYPE, description, ...z.toJSONSchema(outcomeSchema, { io: 'input' }) };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

export const OUTCOME_JSON_SCHEMA_FILE = join(packageRoot, 'outcome.schema.json');

if (require.main === module) writeFileSync(OUTCOME_JSON_SCHEMA_FILE, outcomeJsonSchemaText());
