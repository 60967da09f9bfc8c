import { readFileSync } from 'node:fs';

/** The parts of a synthesized template that measurements look at or alter. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}
export interface TemplateFile {
  readonly Resources: Record<string, Resource>;
}

export const readTemplate = (file: string): TemplateFile => JSON.parse(readFileSync(file, 'utf8'));

export function resourcesOf({ Resources }: TemplateFile, type: string): Resource[] {
  return Object.values(Resources).filter(({ Type }) => Type === type);
}

export function stateMachineOf(template: TemplateFile): Resource {
  const [machine] = resourcesOf(template, 'AWS::StepFunctions::StateMachine');
  if (machine === undefined) throw new Error('The template has no state machine');
  return machine;
}

/** Changes the workflow inside a `DefinitionString`; its intrinsics are numbered meanwhile, which leaves JSON that can be parsed. */
export function editWorkflow<Workflow>(machine: Resource, edit: (workflow: Workflow) => object): void {
  const intrinsics: object[] = [];
  const text = partsOf(machine)
    .map((part) => (typeof part === 'string' ? part : `@@${intrinsics.push(part) - 1}@@`))
    .join('');
  const edited = JSON.stringify(edit(JSON.parse(text)));
  const parts = edited.split(/@@(\d+)@@/).map((part, index) => (index % 2 === 0 ? part : intrinsics[Number(part)]));
  machine.Properties.DefinitionString = { 'Fn::Join': ['', parts] };
}

function partsOf({ Properties: { DefinitionString: definition } }: Resource): readonly (string | object)[] {
  if (typeof definition === 'string') return [definition];
  return (definition as { 'Fn::Join': [string, (string | object)[]] })['Fn::Join'][1];
}
