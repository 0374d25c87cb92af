import { badRequest } from './errors';
import { Requests } from './requests';

type Request = Requests['CreateJob'];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-job-tags.html */
export const TAGS_PER_JOB = 50;
const TAG_KEY_LENGTH = 128;
const TAG_VALUE_LENGTH = 256;

/** Fails if a request for a job breaks a rule that the documentation has in prose. */
export function checkJobRequest(request: Request): void {
  const { Manifest, ManifestGenerator, Tags = [] } = request;
  if ((Manifest === undefined) === (ManifestGenerator === undefined)) {
    throw badRequest('Exactly one of Manifest and ManifestGenerator is required');
  }
  if (Manifest) checkManifest(Manifest);
  checkGenerator(ManifestGenerator?.S3JobManifestGenerator);
  checkReport(request.Report);
  if (Tags.length > TAGS_PER_JOB) throw badRequest(`A job can have ${TAGS_PER_JOB} tags`);
  const problem = problemOfTags(Tags);
  if (problem) throw badRequest(problem);
}

/** What is wrong with tags, besides their number. */
export function problemOfTags(tags: readonly { readonly Key: string; readonly Value: string }[]): string | undefined {
  const keys = tags.map(({ Key }) => Key);
  if (new Set(keys).size < keys.length) return 'Tag keys must be unique';
  if (keys.some((key) => key.toLowerCase().startsWith('aws:'))) return 'Tag keys must not begin with aws:';
  if (tags.some(({ Key, Value }) => Key.length > TAG_KEY_LENGTH || Value.length > TAG_VALUE_LENGTH)) {
    return `A tag's key can have ${TAG_KEY_LENGTH} characters, its value ${TAG_VALUE_LENGTH}`;
  }
  return undefined;
}

function checkManifest({ Spec, Location }: NonNullable<Request['Manifest']>): void {
  const { Format, Fields } = Spec;
  if (!/^arn:[^:]+:s3:::[^/]+\/.+$/.test(Location.ObjectArn)) {
    throw badRequest('Manifest.Location.ObjectArn must name an object');
  }
  if (Format !== 'S3BatchOperations_CSV_20180820') {
    if (Fields) throw badRequest(`Manifest.Spec.Fields is for S3BatchOperations_CSV_20180820, not for ${Format}`);
    return;
  }
  // A bucket that replicates is versioned, and the user guide wants the version ids then:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html
  for (const field of ['Bucket', 'Key', 'VersionId'] as const) {
    if (Fields?.filter((each) => each === field).length !== 1) {
      throw badRequest(`Manifest.Spec.Fields must have ${field} once`);
    }
  }
}

function checkGenerator(
  generator: NonNullable<Request['ManifestGenerator']>['S3JobManifestGenerator'] | undefined,
): void {
  if (generator?.EnableManifestOutput && !generator.ManifestOutputLocation) {
    throw badRequest('ManifestOutputLocation is required if EnableManifestOutput is true');
  }
  const { SSES3, SSEKMS } = generator?.ManifestOutputLocation?.ManifestEncryption ?? {};
  if (SSES3 && SSEKMS) throw badRequest('ManifestEncryption must be SSE-S3 or SSE-KMS');
}

function checkReport(report: Request['Report']): void {
  if (!report.Enabled) return;
  for (const member of ['Bucket', 'Format', 'ReportScope'] as const) {
    if (report[member] === undefined) throw badRequest(`Report.${member} is required if Report.Enabled is true`);
  }
}
