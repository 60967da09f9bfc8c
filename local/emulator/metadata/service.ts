import { drawn, type Lag } from '../ec2/consistency';
import type { World } from '../ec2/model/world';
import type { ResolvedTemplate } from '../iam/template';
import type { ApiRequest, ApiResponse, Dispatch } from '../kernel/api';
import { type RunningServer, startServer } from '../kernel/server';
import { iamOf, roleOf } from './instance-role';
import { metadataOf, read } from './tree';

const TTL = 'x-aws-ec2-metadata-token-ttl-seconds';
const MOST_SECONDS = 21_600;
/** While an instance is in one of these states no guest runs that could ask. */
const NO_GUEST = ['stopped', 'terminated'];

export interface MetadataOptions {
  readonly world: World;
  readonly template: ResolvedTemplate;
  readonly uuid: () => string;
  /** How far the answers lag behind EC2, milliseconds; the world must keep that much history. */
  readonly lag: Lag;
  /** Roles of instances that are not in the template: by instance ID, the role's logical ID. */
  readonly roles: Readonly<Record<string, string>>;
}

/**
 * The instance metadata service, version 2 only. On EC2 every instance asks the same link-local address and the host knows
 * who asks; here each instance has a listener of its own, because SDKs drop the path of AWS_EC2_METADATA_SERVICE_ENDPOINT
 * (fromInstanceMetadata of the SDK for JavaScript does), so that nothing but the port could tell them apart.
 * There is no hop limit: a listener answers whoever reaches it.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
export class InstanceMetadata {
  /** Token → its instance, and until when it holds, milliseconds since the epoch. */
  private readonly tokens = new Map<string, { readonly instanceId: string; readonly until: number }>();
  private readonly outages = new Map<string, number>();
  private readonly servers = new Map<string, Promise<RunningServer>>();

  constructor(private readonly options: MetadataOptions) {}

  /**
   * Where this instance finds its metadata: the value of AWS_EC2_METADATA_SERVICE_ENDPOINT. Listens from the first call on.
   * @throws ApiError `InvalidInstanceID.NotFound`
   */
  async endpoint(instanceId: string): Promise<string> {
    this.options.world.instance(instanceId);
    const server = this.servers.get(instanceId) ?? startServer(this.dispatchFor(instanceId), 0);
    this.servers.set(instanceId, server);
    return (await server).endpoint;
  }

  async close(): Promise<void> {
    for (const server of this.servers.values()) await (await server).close();
  }

  /** What answers this instance's requests. */
  dispatchFor(instanceId: string): Dispatch {
    return async (request) => this.answer(instanceId, request);
  }

  /** From now on, for so many milliseconds, connections of this instance break without an answer. */
  outage(instanceId: string, milliseconds: number): void {
    this.outages.set(instanceId, this.now + milliseconds);
  }

  private get now(): number {
    return this.options.world.clock.now();
  }

  private answer(instanceId: string, request: ApiRequest): ApiResponse | 'reset' {
    const state = this.options.world.view().instance(instanceId)?.state;
    if (state === undefined || NO_GUEST.includes(state)) return 'reset';
    if (this.now < (this.outages.get(instanceId) ?? 0)) return 'reset';
    const path = (request.path.split('?')[0] ?? '').split('/').filter((name) => name !== '');
    if (request.method === 'PUT') return this.putToken(instanceId, request, path.join('/'));
    if (request.method !== 'GET') return text(405, 'The local metadata service takes GET and PUT.');
    const token = this.tokens.get(request.headers['x-aws-ec2-metadata-token'] ?? '');
    if (token?.instanceId !== instanceId || token.until <= this.now)
      return text(401, `There is no token, or it is not valid: PUT /latest/api/token with ${TTL} gives one.`);
    const [version, ...names] = path;
    const found = version === 'latest' ? read(this.treeOf(instanceId), names) : undefined;
    return found === undefined
      ? text(404, `The local cloud does not know the metadata ${request.path.slice(0, 200)}`)
      : text(200, found);
  }

  /**
   * What came by way of a proxy gets no token.
   * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html "HTTP status codes"
   */
  private putToken(instanceId: string, { headers }: ApiRequest, path: string): ApiResponse {
    if (path !== 'latest/api/token') return text(404, 'Only /latest/api/token takes PUT.');
    if (headers['x-forwarded-for'] !== undefined) return text(403, 'A request with X-Forwarded-For gets no token.');
    const seconds = Number(/^\d+$/.exec(headers[TTL] ?? '')?.[0]);
    if (!(seconds >= 1 && seconds <= MOST_SECONDS)) return text(400, `${TTL} must be 1 to ${MOST_SECONDS}.`);
    const token = `${this.options.uuid()}==`;
    this.tokens.set(token, { instanceId, until: this.now + seconds * 1_000 });
    return text(200, token, { [TTL]: String(seconds) });
  }

  private treeOf(instanceId: string) {
    const { world, template, lag, roles } = this.options;
    const view = world.view(this.now - drawn(lag));
    const role = roleOf(template, instanceId, roles);
    return metadataOf({
      accountId: world.accountId,
      region: world.region,
      instance: view.instance(instanceId) ?? world.instance(instanceId),
      interfaces: view.networkInterfaces().filter(({ attachment }) => attachment?.instanceId === instanceId),
      elasticIps: view.elasticIps(),
      subnetOf: ({ subnetId }) => world.subnet(subnetId),
      iam: role && iamOf(role, instanceId, this.now),
    });
  }
}

function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body };
}
