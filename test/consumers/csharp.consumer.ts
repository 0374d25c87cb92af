import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { typeNames } from './support/assembly';
import { generatedTypes, madeTypes, unknownNames } from './support/csharp';
import { CDK, EXAMPLES, FLOOR, packages } from './support/packages';
import { run } from './support/shell';

const PROGRAMS = ['Studio.cs', 'Platform.cs', 'Smallest.cs'];

// The environment has neither a .NET SDK nor NuGet: nothing is compiled against the package or synthesized.
describe('C#, generated but neither compiled nor run', () => {
  const dir = join(packages('dotnet'), 'CdkMediaReplication');
  const types = generatedTypes(join(dir, 'CdkMediaReplication'));
  const project = readFileSync(join(dir, 'CdkMediaReplication.csproj'), 'utf8');
  const program = (file: string) => readFileSync(join(EXAMPLES, 'csharp', file), 'utf8');

  test('the package has the right name, contains the library, and depends on aws-cdk-lib and constructs', () => {
    expect(project).toContain('<PackageId>CdkMediaReplication</PackageId>');
    expect(project).toContain('<EmbeddedResource Include="cdk-media-replication-0.0.0.tgz" />');
    expect(
      project.match(/<PackageReference .*/g)!.map((line) => /"([\w.]+)" Version="([^"]+)"/.exec(line)!.slice(1)),
    ).toEqual([
      ['Amazon.JSII.Runtime', expect.any(String)],
      ['Amazon.CDK.Lib', `[${FLOOR.cdk},3.0.0)`],
      ['Constructs', `[${FLOOR.constructs},11.0.0)`],
    ]);
  });

  test('the generated code has all types of the library', () => {
    expect(typeNames.length).toBeGreaterThan(20);
    expect(typeNames.filter((name) => !types.has(name))).toEqual([]);
  });

  test.each(PROGRAMS)('the compiler parses %s', (file) => {
    run('mcs', ['--parse', file], { cwd: join(EXAMPLES, 'csharp') });
  });

  test.each(PROGRAMS)('%s uses only types and members of the generated code', (file) => {
    const own = madeTypes(program(file)).filter((type) => types.has(type));
    expect(own).toContain(file === 'Platform.cs' ? 'MediaReplicationStack' : 'ReplicatedMediaBucket');
    expect(unknownNames(program(file), types)).toEqual([]);
  });

  test.each([
    ['Replicas =', 'Copies =', 'ReplicatedMediaBucketProps.Copies'],
    ['HttpAuthorizer.Jwt', 'HttpAuthorizer.Token', 'HttpAuthorizer.Token'],
    ['ReadPreference.AUTO', 'ReadPreference.Auto', 'ReadPreference.Auto'],
    ['.GrantJoin(', '.GrantEnter(', 'ReplicatedMeetingService.GrantEnter'],
    ['.Capacity', '.Seats', 'IReplicatedMeeting.Seats'],
    ['.Bucket.', '.Store.', 'IMediaReplica.Store'],
  ])('detects that %s was written as %s', (right, wrong, noticed) => {
    expect(unknownNames(program('Studio.cs').replace(right, wrong), types)).toEqual([noticed]);
  });

  test('the project depends on the aws-cdk-lib version that the other languages run with', () => {
    expect(program('Studio.csproj')).toContain(`"Amazon.CDK.Lib" Version="${CDK}"`);
  });
});
