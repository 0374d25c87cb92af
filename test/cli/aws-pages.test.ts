import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderWith } from './support';
import { AwsCli } from '../../cli/aws/aws-cli';

const folder = folderWith();

/** A command `aws` that runs a script. */
function awsThat(script: string): AwsCli {
  writeFileSync(join(folder, 'aws'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'aws'), 0o755);
  return new AwsCli('eu-west-1', { PATH: [folder, process.env.PATH].join(delimiter) });
}

async function all(aws: AwsCli): Promise<{ pages: any[]; error?: any }> {
  const pages: any[] = [];
  try {
    for await (const page of aws.pages('s3api', 'list-object-versions', { query: '{v:Versions}' })) pages.push(page);
  } catch (error) {
    return { pages, error };
  }
  return { pages };
}

describe('pages', () => {
  test('are asked for as text, a document in each line', async () => {
    const { pages, error } = await all(awsThat(`printf '{"n":1}\\n'; printf '["%s"]\\n' "$*"`));
    expect(error).toBeUndefined();
    expect(pages).toEqual([
      { n: 1 },
      ['s3api list-object-versions --query to_string({v:Versions}) --region eu-west-1 --output text'],
    ]);
  });

  test('are complete if they arrive in parts', async () => {
    const { pages } = await all(awsThat(`printf '{"n":'; sleep 0.1; printf '1}\\n{"n'; sleep 0.1; printf '":2}\\n'`));
    expect(pages).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test('before an error are yielded, and the error has its code', async () => {
    const { pages, error } = await all(
      awsThat(`echo '{"n":1}'; echo 'An error occurred (SlowDown) when calling the operation: reduce' >&2; exit 254`),
    );
    expect(pages).toEqual([{ n: 1 }]);
    expect(error).toMatchObject({
      code: 'SlowDown',
      message: expect.stringContaining('aws s3api list-object-versions'),
    });
  });

  test('end with an error if the process is killed, without the page that was cut off', async () => {
    const { pages, error } = await all(awsThat(`echo '{"n":1}'; printf '{"n":'; kill -9 $$`));
    expect(pages).toEqual([{ n: 1 }]);
    expect(error.message).toContain('list-object-versions failed');
  });

  test('name the AWS CLI if it is missing', async () => {
    const { error } = await all(new AwsCli('eu-west-1', { PATH: join(folder, 'nowhere') }));
    expect(error.message).toContain('The AWS CLI (aws) was not found');
  });

  test('end the process if the reader stops', async () => {
    const file = join(folder, 'pid');
    const pages = awsThat(`echo $$ > ${file}; while :; do echo '{"n":1}'; done`).pages('s3api', 'list', { query: 'v' });
    await pages.next();
    await pages.return(undefined);
    expect(existsSync(file)).toBe(true);
    const isAlive = () => {
      try {
        return process.kill(Number(readFileSync(file, 'utf8')), 0);
      } catch {
        return false;
      }
    };
    for (let attempt = 0; isAlive() && attempt < 100; attempt++) await sleep(50);
    expect(isAlive()).toBe(false);
  });
});
