import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, CfnResource, Stack } from 'aws-cdk-lib';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, IConstruct } from 'constructs';
import * as library from '../src';
import { newApp, synthesise } from './support/synth';

const ROOT = join(__dirname, '..');
const DRAWING = readFileSync(join(ROOT, 'docs/architecture.svg'), 'utf8');

const app = newApp();
const stack = new library.MediaReplicationStack(app, 'Media', {
  env: { account: '111111111111', region: 'us-east-1' },
  media: {
    replicas: [{ region: 'eu-west-1', proxy: { domainName: 'media.eu.example.com' } }],
    replicateExisting: true,
  },
  audit: {},
  canary: {},
  drill: {},
  meetings: {
    rooms: [{ meetingName: 'town-hall', mediaRegion: 'us-east-1', replicas: [{ mediaRegion: 'eu-west-1' }] }],
  },
});
// The proxy does not serve the primary.
Annotations.of(stack.router).acknowledgeWarning('cdk-media-replication:fallbacks-leave-the-network-eu-west-1');
const { bucket: replica, proxy } = stack.media.replica('eu-west-1');

/** The construct that each `data-node` of the diagram represents. */
const NODES: Record<string, IConstruct> = {
  stack,
  media: stack.media,
  primary: stack.media.primary,
  replica,
  jobs: stack.media.node.findChild('Jobs'),
  proxy: proxy!,
  router: stack.router,
  audit: stack.audit!,
  canary: stack.canary!,
  drill: stack.drill!,
  monitoring: stack.monitoring,
  meetings: stack.meetings!,
  meeting: stack.meetings!.meetings[0],
};

/** Constructs that they created in the stacks of others. */
const ELSEWHERE: Record<string, IConstruct[]> = {
  canary: Object.values(stack.canary!.probes).map(({ node }) => node.scope!),
};

const templates = Object.fromEntries(
  synthesise(app).stacksRecursively.map(({ stackName, template }) => [stackName, template]),
);

function resourcesOf(name: string): CfnResource[] {
  const constructs = [NODES[name], ...(ELSEWHERE[name] ?? [])];
  return constructs.flatMap(({ node }) => node.findAll().filter(CfnResource.isCfnResource));
}

const idOf = (resource: CfnResource): string => Stack.of(resource).resolve(resource.logicalId);
const stackOf = (resource: CfnResource) => Stack.of(resource).stackName;

/** Whether a resource of one refers to a resource of the other, by logical id or by bucket name. */
function refers(from: string, to: string): boolean {
  return resourcesOf(from).some((resource) => {
    const text = JSON.stringify(templates[stackOf(resource)].Resources[idOf(resource)]);
    return resourcesOf(to).some((other) => {
      const isNear = stackOf(other) === stackOf(resource);
      return (
        (isNear && text.includes(`"${idOf(other)}"`)) ||
        (other instanceof CfnBucket && text.includes(other.bucketName!))
      );
    });
  });
}

describe('docs/architecture.svg', () => {
  const drawn = [...DRAWING.matchAll(/<g data-node="(\w+)">(.*?)<\/g>/gs)].map(([, name, content]) => {
    return { name, label: /data-construct="true">(\w+)</.exec(content)?.[1] };
  });
  const arrows = [...DRAWING.matchAll(/data-from="(\w+)" data-to="(\w+)"/g)].map(([, from, to]) => ({ from, to }));

  test('shows existing constructs by their names', () => {
    expect(drawn.map(({ name }) => name).sort()).toEqual(Object.keys(NODES).sort());
    const labelled = drawn.filter(({ label }) => label);
    expect(labelled.map(({ name }) => NODES[name].constructor.name)).toEqual(labelled.map(({ label }) => label));
  });

  test('shows every construct that a user can create', () => {
    // Other constructs create these.
    const { FunctionHttpApi, MediaRouterStandby, ...others } = library;
    const constructs = Object.entries<any>(others).filter(([, each]) => each.prototype instanceof Construct);
    expect(constructs.length).toBeGreaterThan(5);
    expect(drawn.flatMap(({ label }) => label ?? []).sort()).toEqual(constructs.map(([name]) => name).sort());
  });

  test.each(arrows)('the arrow from $from to $to is in the templates', ({ from, to }) => {
    expect([refers(from, to), refers(to, from)]).toContain(true);
  });

  test('has arrows, which the test above can tell from absent ones', () => {
    expect(arrows).toHaveLength(7);
    expect(refers('jobs', 'proxy') || refers('proxy', 'jobs')).toBe(false);
    expect(refers('meetings', 'primary') || refers('primary', 'meetings')).toBe(false);
  });

  test('is in the README', () => {
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('/main/docs/architecture.svg)');
  });
});

test('docs/architecture.md names files and folders that exist', () => {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const paths = [...page.matchAll(/`((?:src|test|docs|scripts|cli|bench|schema|projenrc)\/[\w./-]*)`/g)].map(
    ([, path]) => path,
  );
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
