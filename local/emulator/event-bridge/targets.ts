import { isObject, type Json, type JsonObject, list, object, TemplateError, text } from '../template/json';
import type { Template } from '../template/template';
import { checkPattern } from './pattern';
import { scheduleOf } from './schedule';

/** Who sends: a rule or a schedule. */
export interface Origin {
  readonly name: string;
  readonly arn: string;
  readonly kind: 'rule' | 'schedule';
  readonly principal: string;
  /** What IAM is told of where the call comes from: the rule, or the schedule's group. */
  readonly sourceArn: string;
  /** The dimension of the metrics: the rule's name, or the name of the schedule's group. */
  readonly measuredAs: string;
}

/** Where it goes to. */
export interface Target {
  readonly origin: Origin;
  readonly arn: string;
  readonly roleArn: string | null;
  readonly input: string | null;
  readonly inputPath: string | null;
  readonly deadLetterArn: string | null;
}

export interface Rule {
  readonly name: string;
  readonly pattern: JsonObject;
  readonly targets: readonly Target[];
}

export interface Schedule {
  readonly name: string;
  /** When it is due next after a time; both milliseconds since the epoch. */
  readonly next: (after: number) => number;
  readonly target: Target;
}

/** The template's rules that wait for events. Like its schedules: but for disabled ones. @throws TemplateError */
export function rulesIn(template: Template): readonly Rule[] {
  return enabled(template, 'AWS::Events::Rule', 'EventPattern').map((logicalId) => {
    const pattern = object(template.resource(logicalId).properties.EventPattern);
    checkPattern(pattern, `${logicalId}.EventPattern`);
    return { name: template.nameOf(logicalId), pattern, targets: targetsOf(template, logicalId) };
  });
}

/** The template's rules and schedules that come by themselves. @throws TemplateError */
export function schedulesIn(template: Template): readonly Schedule[] {
  return [
    ...enabled(template, 'AWS::Events::Rule', 'ScheduleExpression').flatMap((logicalId) =>
      targetsOf(template, logicalId).map((target) => scheduleFor(template, logicalId, target)),
    ),
    ...enabled(template, 'AWS::Scheduler::Schedule', 'ScheduleExpression').map((logicalId) => {
      const { Target: target } = template.resource(logicalId).properties;
      return scheduleFor(
        template,
        logicalId,
        targetOf(template, logicalId, object(target), scheduleOrigin(template, logicalId)),
      );
    }),
  ];
}

function enabled(template: Template, type: string, property: string): readonly string[] {
  return template
    .ofType(type)
    .filter(({ properties }) => properties.State !== 'DISABLED' && properties[property] !== undefined)
    .map(({ logicalId }) => logicalId);
}

function scheduleFor(template: Template, logicalId: string, target: Target): Schedule {
  const expression = text(template.resource(logicalId).properties.ScheduleExpression, logicalId);
  return { name: template.nameOf(logicalId), next: scheduleOf(expression, logicalId), target };
}

function targetsOf(template: Template, logicalId: string): readonly Target[] {
  const name = template.nameOf(logicalId);
  const arn = template.arn(logicalId);
  const origin: Origin = {
    name,
    arn,
    kind: 'rule',
    principal: 'events.amazonaws.com',
    sourceArn: arn,
    measuredAs: name,
  };
  return list(template.resource(logicalId).properties.Targets).map((target) =>
    targetOf(template, logicalId, object(target), origin),
  );
}

/** Scheduler names the group, not the schedule. @see Scheduler User Guide, "Confused deputy prevention" */
function scheduleOrigin(template: Template, logicalId: string): Origin {
  const { GroupName = 'default' } = template.resource(logicalId).properties;
  const group = text(GroupName, `${logicalId}.GroupName`);
  return {
    name: template.nameOf(logicalId),
    arn: template.arn(logicalId),
    kind: 'schedule',
    principal: 'scheduler.amazonaws.com',
    sourceArn: `arn:aws:scheduler:${template.region}:${template.accountId}:schedule-group/${group}`,
    measuredAs: group,
  };
}

function targetOf(template: Template, logicalId: string, target: JsonObject, origin: Origin): Target {
  const arn = text(target.Arn, `${logicalId}.Target.Arn`);
  if (template.find('AWS::StepFunctions::StateMachine', arn) === undefined)
    throw new TemplateError(
      `${logicalId}: the local cloud delivers to state machines of the template only, not ${arn}`,
    );
  const unknown = ['InputTransformer', 'KinesisParameters', 'BatchParameters'].find((name) => name in target);
  if (unknown) throw new TemplateError(`${logicalId}: the local cloud does not know ${unknown}`);
  const deadLetter = object(target.DeadLetterConfig).Arn;
  return {
    origin,
    arn,
    roleArn: typeof target.RoleArn === 'string' ? target.RoleArn : null,
    input: typeof target.Input === 'string' ? target.Input : null,
    inputPath: typeof target.InputPath === 'string' ? target.InputPath : null,
    deadLetterArn: typeof deadLetter === 'string' ? deadLetter : null,
  };
}

/** What the target gets of an event. */
export function inputOf(target: Target, event: JsonObject): unknown {
  if (target.input !== null) return JSON.parse(target.input);
  if (target.inputPath === null) return event;
  const steps = target.inputPath.split('.').slice(1);
  return steps.reduce<Json>((value, step) => (isObject(value) ? (value[step] ?? null) : null), event);
}
