import { relative } from 'node:path';
import { App } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { ConfigError } from './config';
import { configOf, contextOfCdkJson, stackNameOf } from './config-source';
import { FailoverStack } from './failover-stack';
import { refuseSampleIds } from './samples';
import { summaryOf } from './summary';

/**
 * The CDK app of this repository. The command line starts it (see cdk.json); without it, `CDK_OUTDIR=DIRECTORY tsx
 * infra/app.ts` writes the same template, and context can be given as JSON in CDK_CONTEXT_JSON.
 */
function main(): void {
  const app = new App({
    context: {
      // What `cdk init` writes into a new project.
      ...CURRENTLY_RECOMMENDED_FLAGS,
      // Names each Lambda's code directory in the template, for tools that run it.
      'aws:cdk:enable-asset-metadata': true,
      ...contextOfCdkJson(),
    },
    analyticsReporting: false,
  });
  const config = configOf(app);
  if (app.node.tryGetContext('forDeployment') !== undefined) refuseSampleIds(config);
  const stack = new FailoverStack(app, 'VipFailover', { config, stackName: stackNameOf(app) });
  const { templateFullPath } = app.synth().getStackArtifact(stack.artifactId);
  const summary = summaryOf(stack.failover.clusters, stack.stackName, relative('', templateFullPath));
  // Not to standard output, where `cdk synth` and `cdk list` write what programs read.
  process.stderr.write(`${summary}\n`);
}

try {
  main();
} catch (error) {
  // Whoever reads this corrects the configuration: the message says how, a stack trace would only hide it.
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  // At once: an app that goes on would synthesize the part that it has.
  process.exit(1);
}
