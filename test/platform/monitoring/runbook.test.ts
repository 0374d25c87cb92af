import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations } from 'aws-cdk-lib';
import {
  MediaMonitoring,
  MediaMonitoringProps,
  MediaRouter,
  ProxyMode,
  ReplicaAudit,
  ReplicatedMediaBucket,
  ReplicatedMeetingService,
  ReplicationCanary,
} from '../../../src';
import { Markdown } from '../../support/markdown';
import { newApp, primaryStack, synthesise } from '../../support/synth';

const ROOT = join(__dirname, '../../..');
const REPOSITORY = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).repository.url.replace(/\.git$/, '');

/** The id and description of every alarm. */
function descriptions(props: MediaMonitoringProps = {}): [string, string][] {
  const app = newApp();
  const stack = primaryStack(app);
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [
      { region: 'eu-west-1', proxy: { domainName: 'media.eu.example.com' } },
      { region: 'eu-north-1', proxy: { mode: ProxyMode.PRIVATE_LINK } },
    ],
  });
  const router = new MediaRouter(stack, 'Router', { media });
  for (const { region } of media.replicas) {
    Annotations.of(router).acknowledgeWarning(`cdk-media-replication:fallbacks-leave-the-network-${region}`);
  }
  new MediaMonitoring(stack, 'Monitoring', {
    media,
    router,
    audit: new ReplicaAudit(stack, 'Audit', { media }),
    canary: new ReplicationCanary(stack, 'Canary', { media }),
    meetings: new ReplicatedMeetingService(stack, 'Meetings'),
    ...props,
  });
  return synthesise(app).stacksRecursively.flatMap(({ template }) =>
    Object.entries<any>(template.Resources)
      .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
      .map(([id, { Properties }]): [string, string] => [id, Properties.AlarmDescription]),
  );
}

describe('the description of an alarm', () => {
  const { anchors } = new Markdown(readFileSync(join(ROOT, 'docs/operations.md'), 'utf8'));
  const all = descriptions();

  test('exists for every alarm', () => {
    expect(all.length).toBe(35);
  });

  test.each(all)('of %s says what to do and links to a section of the runbook', (_, description) => {
    const [text, url] = description.match(/^(.*) (\S+)$/)!.slice(1);
    expect(text.split('. ').length).toBeGreaterThanOrEqual(2); // what is wrong, and what to do
    expect(text).toMatch(/\.$/);
    expect(description.length).toBeLessThanOrEqual(1024);
    const [page, section] = url.split('#');
    expect(page).toBe(`${REPOSITORY}/blob/main/docs/operations.md`);
    expect(anchors).toContain(section);
  });

  test('links to your own runbook if one is specified', () => {
    for (const [, description] of descriptions({ runbookUrl: 'https://wiki.example.com/media' })) {
      expect(description).toMatch(/ https:\/\/wiki\.example\.com\/media#[\w-]+$/);
    }
  });
});
