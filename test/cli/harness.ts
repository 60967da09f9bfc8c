import type { Terminal } from '../../cli/output/terminal';
import { run } from '../../cli/program';
import type { ClusterDriver } from '../../local/demo/cluster-driver';
import type { CloudOptions } from '../../local/emulator/cloud';
import { accessKeyOfRole } from '../../local/emulator/kernel/caller';
import { closeAll as closeClouds } from '../e2e/driver';
import { givenAnOperator, OPERATOR_KEY } from '../e2e/operator';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Typed {
  /** What whoever sits there answers; null: nobody sits there. */
  readonly answer?: string | null;
  readonly interrupted?: AbortSignal;
  readonly now?: () => number;
  /** Somebody watches: progress is shown. */
  readonly interactive?: boolean;
  /** Called with each piece of output. */
  readonly onWrite?: (text: string) => void;
}

/** Types one command, in this process, against the cloud that the environment names. */
export async function type(argv: readonly string[], typed: Typed = {}): Promise<Ran> {
  const { answer = null, interrupted = new AbortController().signal, interactive = false, now, onWrite } = typed;
  let out = '';
  let err = '';
  const terminal: Terminal = {
    write: async (text) => {
      out += text;
      onWrite?.(text);
    },
    tell: (text) => {
      err += text;
    },
    interactive,
    ask: async (question) => {
      err += question;
      return answer;
    },
    // Long enough for whatever is under way to go on.
    wait: () => new Promise((resolve) => setTimeout(resolve, 20)),
    interrupted,
  };
  const code = await run(argv, terminal, now);
  return { code, out, err };
}

const VARIABLES = ['AWS_ENDPOINT_URL', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_MAX_ATTEMPTS'];
const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));

/**
 * A cloud that listens, all well. Commands typed from now on go there, by somebody who has this policy of those that the stack
 * prints, and nothing else.
 */
export async function givenAListeningCloud(
  output: 'ReadPolicy' | 'OperatePolicy',
  config?: unknown,
  options: Partial<CloudOptions> = {},
): Promise<ClusterDriver> {
  const driver = await givenAnOperator(config, { clock: 'real', lambda: 'in-process', port: 0, output, ...options });
  const { endpoint, template } = driver.cloud;
  process.env.AWS_ENDPOINT_URL = endpoint;
  process.env.AWS_REGION = template.region;
  actAs(OPERATOR_KEY);
  return driver;
}

/** From now on commands are typed by somebody who may do everything. */
export function actAsAdministrator(): void {
  actAs('local');
}

/** From now on again by whoever has the policy. */
export function actAsGiven(): void {
  actAs(OPERATOR_KEY);
}

/** From now on commands are typed by the role whose logical ID begins so. */
export function actAsRole({ cloud }: ClusterDriver, beginning: string): void {
  const role = cloud.template.ofType('AWS::IAM::Role').find(({ logicalId }) => logicalId.startsWith(beginning));
  if (role === undefined) throw new Error(`The template has no role ${beginning}…`);
  actAs(accessKeyOfRole(role.logicalId));
}

/** Signed with the key of a role (`accessKeyOfRole`). */
function actAs(accessKey: string): void {
  process.env.AWS_ACCESS_KEY_ID = accessKey;
  process.env.AWS_SECRET_ACCESS_KEY = 'anything';
}

/** For `afterEach` or `afterAll`. */
export async function closeAll(): Promise<void> {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await closeClouds();
}
