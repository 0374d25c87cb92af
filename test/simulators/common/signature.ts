const HEADER =
  /^AWS4-HMAC-SHA256 Credential=[^/\s,]+\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=[0-9a-f]{64}$/;

/** What a well-formed Authorization header says. The signature itself is not verified. */
export function parseAuthorization(
  header: string,
): { region: string; service: string; signedHeaders: readonly string[] } | undefined {
  const match = HEADER.exec(header);
  if (!match) return undefined;
  const [, region, service, signedHeaders] = match;
  return { region, service, signedHeaders: signedHeaders.split(';') };
}
