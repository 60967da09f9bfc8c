import type { ServerResponse } from 'node:http';
import { noticeBox } from '../../../cli/report/notice';
import type { Cloud } from '../../emulator/cloud';
import type { TimelineEvent } from '../../emulator/kernel/timeline';
import { Pictures } from './pictures';

/** What the page gets to know of one thing that happened. Texts are shown as texts, whatever is in them. */
export interface Shown {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** So often a browser is told what happened since, milliseconds: many events are one message. */
const EVERY_MILLISECONDS = 100;
/** What a slow browser has not taken yet; beyond it API calls are left out, and counted. */
const MOST_WAITING_BYTES = 1024 * 1024;
/** Of what happened before a browser came it gets the last so many. */
const MOST_PAST = 5_000;

/** Tells browsers what happens, as server-sent events. @see https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class Feed {
  private readonly past: Shown[] = [];
  private fresh: Shown[] = [];
  private readonly pictures = new Pictures();
  private readonly browsers = new Set<ServerResponse>();
  private readonly timer: NodeJS.Timeout;
  private readonly stopListening: () => void;

  constructor(private readonly cloud: Cloud) {
    this.stopListening = cloud.timeline.listen((event) => this.add(event));
    this.timer = setInterval(() => this.flush(), EVERY_MILLISECONDS).unref();
  }

  /** A browser that stays: first how all began, then everything since. */
  join(response: ServerResponse, beginning: unknown): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    this.flush();
    send(response, 'begin', { ...Object(beginning), past: this.past });
    this.browsers.add(response);
    response.on('close', () => this.browsers.delete(response));
  }

  close(): void {
    clearInterval(this.timer);
    this.stopListening();
    for (const browser of this.browsers) browser.end();
  }

  private add(event: TimelineEvent): void {
    const shown = event.type === 'log' ? this.pictureIn(event) : shownOf(event, this.cloud);
    if (shown === null) return;
    this.fresh.push(shown);
    this.past.push(shown);
    if (this.past.length > MOST_PAST) this.past.splice(0, this.past.length - MOST_PAST);
  }

  private pictureIn({ at, line }: { readonly at: number; readonly line: string }): Shown | null {
    const picture = this.pictures.add(line);
    return picture === null ? null : { at, type: 'picture', ...picture };
  }

  private flush(): void {
    const { fresh } = this;
    if (fresh.length === 0) return;
    this.fresh = [];
    const few = fresh.filter(({ type }) => type !== 'api-call');
    for (const browser of this.browsers) {
      const isSlow = browser.writableLength > MOST_WAITING_BYTES;
      const left = { at: fresh[0]?.at ?? 0, type: 'left-out', count: fresh.length - few.length };
      send(browser, 'events', isSlow ? [...few, left] : fresh);
    }
  }
}

function send(response: ServerResponse, event: string, data: unknown): void {
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** Null for what the page does not show. Long texts are cut: a browser shows the rest of them nowhere. */
function shownOf(event: TimelineEvent, cloud: Cloud): Shown | null {
  const { at, type } = event;
  switch (event.type) {
    case 'instance-state':
      return { at, type, instanceId: event.instanceId, to: event.to };
    case 'holder-changed':
      return { at, type, address: event.address, to: event.to };
    case 'execution-started':
      return { at, type, execution: event.execution, mode: modeOf(event.input) };
    case 'execution-succeeded':
      return { at, type, execution: event.execution };
    case 'execution-failed':
      return { at, type, execution: event.execution, error: event.error, cause: cut(event.cause) };
    case 'state-entered':
    case 'state-exited':
      return { at, type, execution: event.execution, state: event.state };
    case 'state-retried':
      return { at, type, execution: event.execution, state: event.state, error: event.error };
    case 'state-caught':
      return { at, type, execution: event.execution, state: event.state, error: event.error };
    case 'api-call': {
      const { service, action, caller, milliseconds, error, result } = event;
      const said = error === null ? result : `${error.code}: ${error.message}`;
      return { at, type, service, action, caller, milliseconds, failed: error !== null, said: cut(said) };
    }
    case 'notice':
      return { at, type, html: noticeBox(cut(event.subject), cut(event.message, 20_000)).text };
    case 'alarm':
      return { at, type, name: cut(event.name), to: event.to };
    case 'fault':
      return { at, type: 'fault', what: cut(event.what), nodes: nodesOf(cloud) };
    default:
      return null;
  }
}

function modeOf(input: unknown): string {
  const { mode, 'detail-type': detailType } = Object(input);
  return typeof mode === 'string' ? mode : cut(String(detailType ?? 'unknown'));
}

function cut(text: string, most = 500): string {
  return text.length <= most ? text.toWellFormed() : `${text.slice(0, most).toWellFormed()}…`;
}

/** How EC2 shows every node of every cluster. */
export function nodesOf({ clusters, world }: Cloud) {
  const view = world.view();
  return clusters.flatMap(({ name: cluster, nodes }) =>
    nodes.map(({ instanceId, networkInterfaceId, ...node }, index) => {
      const instance = view.instance(instanceId);
      return {
        cluster,
        instanceId,
        networkInterfaceId,
        name: 'name' in node && typeof node.name === 'string' ? node.name : `${cluster}-${index + 1}`,
        state: instance?.state ?? 'gone',
        impaired:
          Object.values(instance?.checks ?? {}).includes('impaired') || instance?.application.status === 'impaired',
        paused: instance?.tags['vip-failover:paused'] !== undefined,
      };
    }),
  );
}
