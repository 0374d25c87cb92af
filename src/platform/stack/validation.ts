import { Token } from 'aws-cdk-lib';
import type { MediaReplicationStack } from './media-replication-stack';
import { MediaReplicationStackProps } from './props';
import { invalid } from '../../private/problems';

/** What the constructs can't know; the rest they say themselves. */
export function validateStack(stack: MediaReplicationStack, props: MediaReplicationStackProps): void {
  const { meetings, controlRegion, hostScopes, httpApi } = props;
  for (const [property, value] of Object.entries({ controlRegion, hostScopes })) {
    if (value === undefined || meetings) continue;
    throw invalid(stack, {
      property,
      got: value,
      expected: 'nothing without meetings',
      fix: 'Give `meetings`, or leave it out.',
    });
  }
  if (hostScopes && !httpApi) {
    throw invalid(stack, {
      property: 'hostScopes',
      got: hostScopes,
      expected: 'nothing without an HTTP API',
      fix: 'Give `httpApi`, or leave it out.',
    });
  }
  meetings?.forEach(({ name }, index) => {
    const first = meetings.findIndex((other) => other.name === name);
    if (first !== index || Token.isUnresolved(name)) {
      throw invalid(stack, {
        property: `meetings[${index}].name`,
        got: Token.isUnresolved(name) ? 'a value known only at deployment' : name,
        expected: first === index ? 'a literal' : `a name that no other meeting has, but meetings[${first}] has it`,
        fix: 'Give each meeting a name of its own.',
      });
    }
  });
}
