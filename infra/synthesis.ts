import { App } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { parseConfig } from './config';
import { configOf, contextOfCdkJson, stackNameOf } from './config-source';
import { FailoverStack } from './failover-stack';
import { limitsFrom } from './limits';
import { assertNoSampleIds } from './samples';

export { ConfigError } from './config';

/** What was synthesized, and the template's path. */
export interface Synthesized {
  readonly stack: FailoverStack;
  readonly templateFile: string;
}

/**
 * Synthesizes the CDK app of this repository.
 *
 * @param context beside that of cdk.json, and before it; the CDK command line's own goes before both.
 * @param outdir where the template and its assets go; by default where the CDK command line, or else `CDK_OUTDIR`, says.
 * @throws {ConfigError} naming all that is wrong with the configuration
 */
export function synthesizeApp(context: Readonly<Record<string, unknown>> = {}, outdir?: string): Synthesized {
  const app = new App({
    context: {
      // What `cdk init` writes into a new project.
      ...CURRENTLY_RECOMMENDED_FLAGS,
      // Names each Lambda's code directory in the template, for tools that run it.
      'aws:cdk:enable-asset-metadata': true,
      ...contextOfCdkJson(),
      ...context,
    },
    analyticsReporting: false,
    ...(outdir !== undefined && { outdir }),
  });
  const config = configOf(app);
  if (app.node.tryGetContext('forDeployment') !== undefined) {
    assertNoSampleIds(config);
    // Where the CDK command line deploys to. It says a Region for synth too, where that may be nobody's choice.
    parseConfig(config, limitsFrom(app.node), process.env.CDK_DEFAULT_REGION);
  }
  const stack = new FailoverStack(app, 'VipFailover', { config, stackName: stackNameOf(app) });
  const { templateFullPath } = app.synth().getStackArtifact(stack.artifactId);
  return { stack, templateFile: templateFullPath };
}
