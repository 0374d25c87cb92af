/** A change of a resource, as CloudFormation describes it. */
export interface ResourceChange {
  readonly Action: 'Add' | 'Modify' | 'Remove' | 'Import' | 'Dynamic';
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceType: string;
  readonly Replacement?: 'True' | 'False' | 'Conditional';
  /** What happens to the existing resource. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html */
  readonly PolicyAction?: string;
  readonly Scope?: readonly string[];
  readonly Details?: readonly { readonly Target?: { readonly Attribute?: string; readonly Name?: string } }[];
}

export type ChangeKind = 'add' | 'modify' | 'may replace' | 'replace' | 'remove' | 'import' | 'unknown';

export interface Change {
  readonly kind: ChangeKind;
  readonly resource: string;
  readonly type: string;
  readonly physicalId?: string;
  /** The properties that change, or other parts such as `Tags`. */
  readonly properties: readonly string[];
  /** What happens to a resource that is replaced or deleted. */
  readonly warning?: { readonly level: 'data' | 'replacement'; readonly text: string };
}

/** What the loss of a resource means, for types that hold data or whose replacement interrupts a service. */
const CONTENTS: Readonly<Record<string, string>> = {
  'AWS::S3::Bucket': 'its objects',
  'AWS::DynamoDB::Table': 'its items',
  'AWS::KMS::Key': 'access to everything that is encrypted with it',
};
const INTERRUPTED: Readonly<Record<string, string>> = {
  'Custom::ReplicatedMeeting': 'If the meeting is running, it ends.',
};

export function changeOf(change: ResourceChange): Change {
  const { Details = [], Scope = [], PhysicalResourceId } = change;
  const names = Details.flatMap(({ Target }) => Target?.Name ?? Target?.Attribute ?? []);
  const kind = kindOf(change);
  return {
    kind,
    resource: change.LogicalResourceId,
    type: change.ResourceType,
    physicalId: PhysicalResourceId || undefined,
    properties: [...new Set(names.length > 0 ? names : Scope)],
    warning: warningOf(kind, change),
  };
}

function kindOf({ Action, Replacement }: ResourceChange): ChangeKind {
  if (Action === 'Modify') {
    return Replacement === 'True' ? 'replace' : Replacement === 'Conditional' ? 'may replace' : 'modify';
  }
  return ({ Add: 'add', Remove: 'remove', Import: 'import' } as const)[Action as 'Add'] ?? 'unknown';
}

function warningOf(kind: ChangeKind, { ResourceType: type, PolicyAction }: ResourceChange): Change['warning'] {
  if (!['remove', 'replace', 'may replace', 'unknown'].includes(kind)) return undefined;
  const contents = CONTENTS[type];
  const fate = /Retain$/.test(PolicyAction ?? '') ? 'kept' : /Delete$/.test(PolicyAction ?? '') ? 'deleted' : undefined;
  const isCertain = fate === 'deleted' && (kind === 'remove' || kind === 'replace');
  const loss = isCertain
    ? `This deletes ${contents}.`
    : fate !== 'kept'
      ? `This can delete ${contents}.`
      : kind !== 'remove' && `The new one does not have ${contents}.`;
  return {
    level: contents ? 'data' : 'replacement',
    text: [subjectOf(kind, fate), contents && loss, INTERRUPTED[type]].filter(Boolean).join(' '),
  };
}

function subjectOf(kind: ChangeKind, fate?: 'kept' | 'deleted'): string {
  switch (kind) {
    case 'remove':
      return fate === 'kept' ? 'It is removed from the stack, but kept.' : `It ${fate ? 'is' : 'can be'} deleted.`;
    case 'replace':
      return `It is replaced.${fate ? ` The existing one is ${fate}.` : ''}`;
    case 'may replace':
      return `It may be replaced.${fate ? ` The existing one is then ${fate}.` : ''}`;
    default:
      return 'CloudFormation cannot determine the change.';
  }
}
