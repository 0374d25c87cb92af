import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedTypes, madeTypes, unknownNames } from './support/csharp';
import { CDK, EXAMPLES, FLOOR, packages } from './support/packages';
import { run } from './support/shell';

const PROGRAMS = ['Studio.cs', 'Smallest.cs'];

// There is no .NET SDK where this runs, and no NuGet: nothing here compiles against the package, or synthesises.
describe('C#, generated and read, but neither compiled nor run', () => {
  const dir = join(packages('dotnet'), 'CdkMediaReplication');
  const types = generatedTypes(join(dir, 'CdkMediaReplication'));
  const project = readFileSync(join(dir, 'CdkMediaReplication.csproj'), 'utf8');
  const program = (file: string) => readFileSync(join(EXAMPLES, 'csharp', file), 'utf8');

  test('the package has its name, the library inside, and asks for aws-cdk-lib and constructs', () => {
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

  test('the code has the types of the library in its namespace', () => {
    const assembly = JSON.parse(run('node', ['-p', READ_ASSEMBLY], { cwd: join(EXAMPLES, '../..') }));
    const names = Object.values<any>(assembly.types).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !types.has(name))).toEqual([]);
  });

  test.each(PROGRAMS)('a compiler parses %s', (file) => {
    run('mcs', ['--parse', file], { cwd: join(EXAMPLES, 'csharp') });
  });

  test.each(PROGRAMS)('%s names no type or member that the code does not have', (file) => {
    const ours = madeTypes(program(file)).filter((type) => types.has(type));
    expect(ours).toContain('ReplicatedMediaBucket');
    expect(unknownNames(program(file), types)).toEqual([]);
  });

  test.each([
    ['Replicas =', 'Copies =', 'ReplicatedMediaBucketProps.Copies'],
    ['HttpAuthorizer.Jwt', 'HttpAuthorizer.Token', 'HttpAuthorizer.Token'],
    ['ReadPreference.AUTO', 'ReadPreference.Auto', 'ReadPreference.Auto'],
    ['.GrantJoin(', '.GrantEnter(', 'ReplicatedMeetingService.GrantEnter'],
    ['.Capacity', '.Seats', 'ReplicatedMeeting.Seats'],
    ['.Bucket.', '.Store.', 'IMediaReplica.Store'],
  ])('that would be noticed: %s written as %s', (right, wrong, noticed) => {
    expect(unknownNames(program('Studio.cs').replace(right, wrong), types)).toEqual([noticed]);
  });

  test('the project asks for the aws-cdk-lib that the other languages were run with', () => {
    expect(program('Studio.csproj')).toContain(`"Amazon.CDK.Lib" Version="${CDK}"`);
  });
});

const READ_ASSEMBLY = `zlib.gunzipSync(fs.readFileSync('.jsii.gz')).toString()`;
