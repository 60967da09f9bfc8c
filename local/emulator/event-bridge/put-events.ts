import type { RequestContext } from '../iam/access';
import { ApiError } from '../kernel/api';
import { type JsonAction, jsonService, number, text, texts } from '../kernel/json';
import type { Service } from '../kernel/service';
import { isObject, type JsonObject } from '../template/json';
import type { BusEvent, NewBusEvent } from './event';

/** What an entry may say. */
export const ENTRY_FIELDS: readonly string[] = [
  'Source',
  'DetailType',
  'Detail',
  'Resources',
  'Time',
  'EventBusName',
  'TraceHeader',
];

const MOST_ENTRIES = 10;
const MOST_BYTES = 256 * 1024;
const TIME_BYTES = 14;

export interface EventsOptions {
  readonly accountId: string;
  readonly region: string;
  readonly put: (event: NewBusEvent) => BusEvent;
}

/**
 * Amazon EventBridge over the wire: custom events on the default bus. What is wrong with one entry is its own answer.
 * @see EventBridge API Reference, PutEvents; User Guide, "Calculating PutEvents event entry size"
 */
export function eventBridgeService({ accountId, region, put }: EventsOptions): Service {
  const busArn = `arn:aws:events:${region}:${accountId}:event-bus/default`;
  const putEvents: JsonAction = {
    parameters: ['Entries'],
    resources: () => [busArn],
    context: ({ Entries }) => conditionKeys(Array.isArray(Entries) ? Entries : []),
    run(parameters) {
      const entries = entriesOf(parameters, busArn);
      const outcomes = entries.map((entry): JsonObject => {
        const wrong = complaint(entry);
        return wrong === null ? { EventId: put(eventOf(entry)).id } : wrong;
      });
      const failed = outcomes.filter(({ EventId }) => EventId === undefined).length;
      const result = `${entries.length - failed} of ${entries.length} events`;
      return { body: { FailedEntryCount: failed, Entries: outcomes }, result };
    },
  };
  return jsonService({
    name: 'events',
    target: 'AWSEvents.',
    invalid: 'ValidationException',
    actions: { PutEvents: putEvents },
  });
}

/**
 * IAM sees the sources and the detail types of all entries at once. A condition without `ForAllValues:` holds as soon as
 * one of them fits.
 * @see EventBridge User Guide, "Using IAM policy conditions"; Service Authorization Reference, Amazon EventBridge (ArrayOfString)
 */
function conditionKeys(entries: readonly unknown[]): RequestContext {
  const values = (name: 'Source' | 'DetailType') =>
    entries.map((entry) => String((isObject(entry) ? entry[name] : undefined) ?? ''));
  return { 'events:source': values('Source'), 'events:detail-type': values('DetailType') };
}

/** @throws ApiError `ValidationException` for what AWS refuses as a whole, and for what the local cloud does not know. */
function entriesOf(parameters: JsonObject, busArn: string): readonly JsonObject[] {
  const given = parameters.Entries;
  if (!Array.isArray(given) || given.length < 1 || given.length > MOST_ENTRIES)
    throw invalid(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${MOST_ENTRIES}`,
    );
  return given.map((entry: unknown) => {
    if (!isObject(entry)) throw new ApiError('SerializationException', 'Each of Entries must be an object.');
    const unknown = Object.keys(entry).find((name) => !ENTRY_FIELDS.includes(name));
    if (unknown !== undefined) throw invalid(`The local cloud does not know the field ${unknown} of an entry.`);
    const bus = text(entry, 'EventBusName') ?? 'default';
    if (bus !== 'default' && bus !== busArn) throw invalid(`The local cloud has no event bus but default, not ${bus}.`);
    if (sizeOf(entry) >= MOST_BYTES) throw invalid('Total size of the entries in the request is over the limit.');
    return entry;
  });
}

/** Why this entry alone is refused, or null. */
function complaint(entry: JsonObject): JsonObject | null {
  for (const name of ['Source', 'DetailType', 'Detail'])
    if ((text(entry, name) ?? '') === '')
      return refusal('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
  // These are AWS's own. @see EventBridge User Guide, "Events from AWS services"
  if (text(entry, 'Source')?.startsWith('aws.'))
    return refusal('NotAuthorizedForSourceException', 'Not authorized for the source.');
  return detailOf(entry) === null ? refusal('MalformedDetail', 'Detail is malformed.') : null;
}

function refusal(ErrorCode: string, ErrorMessage: string): JsonObject {
  return { ErrorCode, ErrorMessage };
}

function eventOf(entry: JsonObject): NewBusEvent {
  const seconds = number(entry, 'Time');
  return {
    source: text(entry, 'Source') ?? '',
    'detail-type': text(entry, 'DetailType') ?? '',
    resources: texts(entry, 'Resources') ?? [],
    detail: detailOf(entry) ?? {},
    ...(seconds !== undefined && { at: seconds * 1_000 }),
  };
}

/** Null where it is no JSON object. */
function detailOf(entry: JsonObject): JsonObject | null {
  try {
    const detail: unknown = JSON.parse(text(entry, 'Detail') ?? '');
    return isObject(detail) ? detail : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function sizeOf(entry: JsonObject): number {
  const written = [text(entry, 'Source'), text(entry, 'DetailType'), text(entry, 'Detail')];
  const bytes = [...written, ...(texts(entry, 'Resources') ?? [])].map((each) => Buffer.byteLength(each ?? ''));
  return bytes.reduce((sum, each) => sum + each, number(entry, 'Time') === undefined ? 0 : TIME_BYTES);
}

function invalid(message: string): ApiError {
  return new ApiError('ValidationException', message);
}
