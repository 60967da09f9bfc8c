import { list, object, TemplateError, text } from '../template/json';
import type { Resource, Template } from '../template/template';
import { codeDirectory } from './code';

/** A function as the template declares it. */
export interface LambdaFunction {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** What people call it: the service name that its own logs carry, else its name. */
  readonly label: string;
  readonly roleLogicalId: string;
  /** The JavaScript file that `handler` names, and the export in it. */
  readonly file: () => string;
  readonly exportName: string;
  readonly handler: string;
  readonly runtime: string;
  readonly memoryMegabytes: number;
  readonly timeoutMilliseconds: number;
  readonly logGroup: string;
  /** Exactly what the template says. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logFormat: string;
  readonly logLevel: string | undefined;
}

export function functionsOf(template: Template): readonly LambdaFunction[] {
  return template.ofType('AWS::Lambda::Function').map((resource) => read(template, resource));
}

/** Defaults are Lambda's: 128 MB, 3 seconds, a log group named after the function. */
function read(template: Template, { logicalId, properties }: Resource): LambdaFunction {
  const name = template.nameOf(logicalId);
  const handler = text(properties.Handler, `${logicalId}.Handler`);
  const [file = '', exportName = ''] = handler.split('.');
  const environment = Object.fromEntries(
    Object.entries(object(object(properties.Environment).Variables)).map(([key, value]) => [key, String(value)]),
  );
  const logging = object(properties.LoggingConfig);
  const role = template.find('AWS::IAM::Role', text(properties.Role, `${logicalId}.Role`));
  if (role === undefined) throw new TemplateError(`${logicalId}.Role: the template declares no such role`);
  return {
    logicalId,
    name,
    arn: template.arn(logicalId),
    label: environment.POWERTOOLS_SERVICE_NAME ?? name,
    roleLogicalId: role.logicalId,
    file: () => {
      if (!String(properties.Runtime).startsWith('nodejs'))
        throw new TemplateError(
          `${logicalId}.Runtime: only Node.js runs here, not ${JSON.stringify(properties.Runtime)}`,
        );
      return `${codeDirectory(template, logicalId, properties.Code ?? null)}/${file}.js`;
    },
    exportName,
    handler,
    runtime: String(properties.Runtime),
    memoryMegabytes: Number(properties.MemorySize ?? 128),
    timeoutMilliseconds: Number(properties.Timeout ?? 3) * 1000,
    logGroup: String(logging.LogGroup ?? `/aws/lambda/${name}`),
    environment,
    logFormat: String(logging.LogFormat ?? 'Text'),
    logLevel: list(logging.ApplicationLogLevel).map(String)[0],
  };
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/**
 * What a function's process sees: the template's variables and the reserved ones, plus the endpoint of this local cloud.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function environmentOf(
  fn: LambdaFunction,
  { region, endpoint, credentials }: { region: string; endpoint: string; credentials: Credentials },
): Readonly<Record<string, string>> {
  return {
    ...fn.environment,
    _HANDLER: fn.handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMegabytes),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]00000000000000000000000000000000',
    AWS_LAMBDA_LOG_FORMAT: fn.logFormat,
    ...(fn.logLevel === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: fn.logLevel }),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_ENDPOINT_URL: endpoint,
    // Lambda has no profile, the developer's machine may have one.
    AWS_CONFIG_FILE: '/var/task/no-profile',
    AWS_SHARED_CREDENTIALS_FILE: '/var/task/no-profile',
    LAMBDA_TASK_ROOT: '/var/task',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
  };
}
