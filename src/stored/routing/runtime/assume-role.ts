import { createHash } from 'node:crypto';
import type { STSClient } from '@aws-sdk/client-sts';
import { LinkCredentials } from './links';
import { SESSION_SECONDS } from '../contract';

let client: STSClient | undefined;

/**
 * Returns the credentials of a session that has only the role's permissions that the policy also allows.
 *
 * The SDK's client is loaded by the first call, so that it does not delay the start of routers without sessions.
 */
export async function assumeRole(roleArn: string, policy: string): Promise<LinkCredentials> {
  const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts');
  client ??= new STSClient();
  const command = new AssumeRoleCommand({
    RoleArn: roleArn,
    // All callers with the same prefix share a session, so its name contains no subject.
    RoleSessionName: createHash('sha256').update(policy).digest('hex').slice(0, 32),
    DurationSeconds: SESSION_SECONDS,
    Policy: policy,
  });
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = (await client.send(command)).Credentials!;
  return {
    accessKeyId: AccessKeyId!,
    secretAccessKey: SecretAccessKey!,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}
