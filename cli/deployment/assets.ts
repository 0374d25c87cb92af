import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AssetManifestArtifact, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { zipFolder } from './zip';

/** A file that a template refers to. */
export interface Asset {
  /** The path in the cloud assembly: a folder, or a file that is uploaded as it is. */
  readonly path: string;
  readonly isFolder: boolean;
  /** The name of the bootstrap bucket in the template. */
  readonly bucket: string;
  /** The key in the bucket, which contains a hash of the content. */
  readonly key: string;
}

/** The assets of a stack, without its template. */
export function assetsOf(stack: CloudFormationStackArtifact): Asset[] {
  const template = basename(stack.templateFullPath);
  return stack.dependencies
    .filter((artifact): artifact is AssetManifestArtifact => AssetManifestArtifact.isAssetManifestArtifact(artifact))
    .flatMap(({ file }) => Object.values<any>(JSON.parse(readFileSync(file, 'utf8')).files ?? {}))
    .filter(({ source }) => source.path !== template)
    .flatMap(({ source, destinations }) =>
      Object.values<any>(destinations).map(({ bucketName, objectKey }) => ({
        path: source.path,
        isFolder: source.packaging === 'zip',
        bucket: bucketName,
        key: objectKey,
      })),
    );
}

/** Writes the objects to upload into a folder, with their keys as names. */
export function writeAssets(assets: readonly Asset[], assembly: string, folder: string): void {
  for (const { path, isFolder, key } of assets) {
    const target = join(folder, key);
    if (existsSync(target)) continue;
    if (isFolder) writeFileSync(target, zipFolder(join(assembly, path)));
    else copyFileSync(join(assembly, path), target);
  }
}
