import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority for tests. */
export class TestAuthority {
  readonly certificate: string;

  constructor(private readonly dir: string) {
    this.openssl('req', '-x509', '-days', '2', ...NEW_KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=test');
    this.certificate = readFileSync(join(dir, 'ca.pem'), 'utf8');
  }

  issue(name: string): KeyPair {
    const file = name.replace(/\W/g, '_');
    writeFileSync(join(this.dir, `${file}.ext`), `subjectAltName=DNS:${name}\nextendedKeyUsage=serverAuth\n`);
    this.openssl('req', ...NEW_KEY, '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', '/CN=test');
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
    this.openssl(
      'x509',
      '-req',
      '-days',
      '2',
      ...authority,
      '-in',
      `${file}.csr`,
      '-out',
      `${file}.pem`,
      '-extfile',
      `${file}.ext`,
    );
    const read = (extension: string) => readFileSync(join(this.dir, `${file}.${extension}`), 'utf8');
    return { cert: read('pem'), key: read('key') };
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.dir, stdio: 'pipe' });
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
