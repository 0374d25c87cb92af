import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { unlessError } from '../../../private/runtime/unless-error';
import { CopySettings } from '../contract';

/** A complete inventory of a copy. */
export interface InventoryFound {
  /** The partition of the table: `2026-03-01-01-00`. */
  readonly dt: string;
  /** When S3 started the inventory. ISO 8601. */
  readonly asOf: string;
  /** The number of data files. */
  readonly files: number;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html */
interface Manifest {
  readonly sourceBucket: string;
  readonly creationTimestamp: string;
  readonly fileFormat: string;
  readonly files: readonly { readonly key: string }[];
}

/** An inventory exists, but the audit cannot read it. */
export class InventoryProblem extends Error {
  readonly name = 'InventoryProblem';
}

/** The folder of a manifest: `2026-03-01T01-00Z/`. */
const FOLDER = /\/(\d{4}-\d\d-\d\d)T(\d\d-\d\d)Z\/$/;

/** Finds the latest complete inventory of a copy. */
export class InventoryReader {
  constructor(
    private readonly clientFor: (region: string) => S3Client,
    private readonly account: string,
  ) {}

  /**
   * S3 writes the checksum of the manifest last. An inventory that is incomplete is skipped for an older one.
   *
   * @returns undefined if there is none yet
   * @throws InventoryProblem if the inventory is not in Parquet, or of another bucket
   */
  async latest(copy: CopySettings): Promise<InventoryFound | undefined> {
    for (const folder of await this.folders(copy)) {
      const found = await this.read(copy, folder);
      if (found) return found;
    }
    return undefined;
  }

  /** The folders of manifests, the latest first. */
  private async folders({ region, inventories, prefix }: CopySettings): Promise<string[]> {
    const folders: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await this.clientFor(region).send(
        new ListObjectsV2Command({
          Bucket: inventories,
          Prefix: `${prefix}/`,
          Delimiter: '/',
          ExpectedBucketOwner: this.account,
          ContinuationToken,
        }),
      );
      folders.push(...(page.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    return folders
      .filter((folder) => FOLDER.test(folder))
      .sort()
      .reverse();
  }

  private async read(copy: CopySettings, folder: string): Promise<InventoryFound | undefined> {
    const checksum = await this.text(copy, `${folder}manifest.checksum`);
    const json = await this.text(copy, `${folder}manifest.json`);
    if (checksum === undefined || json === undefined) return undefined;
    if (createHash('md5').update(json).digest('hex') !== checksum.trim()) return undefined;
    const manifest = JSON.parse(json) as Manifest;
    const where = `The inventory s3://${copy.inventories}/${folder}`;
    if (manifest.fileFormat !== 'Parquet') {
      throw new InventoryProblem(`${where} is in ${manifest.fileFormat}. Configure it with the format Parquet.`);
    }
    if (manifest.sourceBucket !== copy.bucket) {
      throw new InventoryProblem(
        `${where} is of ${manifest.sourceBucket}, not of ${copy.bucket}. Check \`inventories\`.`,
      );
    }
    const [, day, time] = FOLDER.exec(folder)!;
    const dt = `${day}-${time}`;
    const links = await this.text(copy, `${copy.prefix}/hive/dt=${dt}/symlink.txt`);
    if (links?.split('\n').filter(Boolean).length !== manifest.files.length) return undefined;
    const asOf = new Date(Number(manifest.creationTimestamp)).toISOString();
    return { dt, asOf, files: manifest.files.length };
  }

  private async text({ region, inventories }: CopySettings, Key: string): Promise<string | undefined> {
    const object = { Bucket: inventories, Key, ExpectedBucketOwner: this.account };
    const found = await unlessError(this.clientFor(region).send(new GetObjectCommand(object)), 'NoSuchKey');
    return found?.Body?.transformToString();
  }
}
