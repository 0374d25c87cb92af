import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Change, changeOf, ResourceChange } from './changes';
import { asciiJson, AwsCli, AwsError } from '../aws/aws-cli';
import { withCleanup } from '../cleanup';

/** The parameters of CreateChangeSet. */
export interface ChangeSetRequest {
  readonly StackName: string;
  readonly TemplateBody?: string;
  readonly TemplateURL?: string;
  readonly Parameters: readonly object[];
  readonly Capabilities: readonly string[];
  readonly Tags: readonly object[];
  readonly NotificationARNs: readonly string[];
}

interface ChangeSet {
  readonly Status: string;
  readonly StatusReason?: string;
  readonly Changes?: readonly { readonly ResourceChange?: ResourceChange }[];
}

const MAX_WAIT_MS = 600_000;
const MAX_DELETIONS = 5;
const NO_CHANGES = /didn't contain changes|No updates are to be performed/;
const GONE = /ChangeSet \S+ does not exist|Stack \S+ does not exist/;

/**
 * Creates a change set for an existing stack, reads it, and always deletes it.
 *
 * @param folder for the file of the request
 * @returns undefined if the stack does not change
 */
export async function changesOf(
  aws: AwsCli,
  request: ChangeSetRequest,
  folder: string,
  pollMs: number,
): Promise<Change[] | undefined> {
  const ChangeSetName = `diff-${randomUUID()}`;
  const names = { 'stack-name': request.StackName, 'change-set-name': ChangeSetName };
  const call = (operation: string) => aws.run('cloudformation', operation, names);
  const create = () => {
    const file = join(folder, `${ChangeSetName}.json`);
    // With a token, an attempt that is repeated after a lost response does not fail. An update creates no stack.
    const all = { ...request, ChangeSetName, ChangeSetType: 'UPDATE', ClientToken: ChangeSetName };
    writeFileSync(file, asciiJson(all));
    return aws.run('cloudformation', 'create-change-set', { 'cli-input-json': `file://${file}` });
  };
  const read = async () => {
    const { Status, StatusReason = '', Changes = [] } = await created(() => call('describe-change-set'), pollMs);
    if (Status === 'CREATE_COMPLETE') {
      return Changes.flatMap(({ ResourceChange: each }) => (each ? changeOf(each) : []));
    }
    if (NO_CHANGES.test(StatusReason)) return undefined;
    throw new AwsError(`The change set failed: ${StatusReason || Status}`);
  };
  return withCleanup(create, read, () => remove(aws, names, pollMs));
}

async function created(describe: () => Promise<ChangeSet>, pollMs: number): Promise<ChangeSet> {
  const end = Date.now() + MAX_WAIT_MS;
  for (;;) {
    const changeSet = await describe();
    if (!['CREATE_PENDING', 'CREATE_IN_PROGRESS'].includes(changeSet.Status)) return changeSet;
    if (Date.now() > end) throw new AwsError(`The change set is still ${changeSet.Status}.`);
    await sleep(pollMs);
  }
}

/** CloudFormation refuses to delete a change set whose creation is in progress. */
async function remove(aws: AwsCli, names: Record<string, string>, pollMs: number): Promise<void> {
  const end = Date.now() + MAX_WAIT_MS;
  for (let failures = 0; ;) {
    try {
      await aws.run('cloudformation', 'delete-change-set', names);
      return;
    } catch (error) {
      const { code, message } = error as AwsError;
      if (code === 'ChangeSetNotFound' || GONE.test(message)) return;
      if (!/^InvalidChangeSetStatus/.test(code ?? '')) failures++;
      if (failures === MAX_DELETIONS || Date.now() > end) {
        const { 'stack-name': stack, 'change-set-name': name } = names;
        throw new AwsError(
          `The change set was not deleted (${message}). Delete it: aws cloudformation delete-change-set ` +
            `--stack-name ${stack} --change-set-name ${name} --region ${aws.region}`,
        );
      }
      await sleep(pollMs);
    }
  }
}
