import { App, Aspects } from 'aws-cdk-lib';
import * as nag from 'cdk-nag';
import { IConstruct } from 'constructs';

/** An accepted finding of cdk-nag. */
export interface Acceptance {
  /** The rule (`AwsSolutions-S1`), with the finding if a rule has several: `AwsSolutions-IAM5[Resource::*]`. */
  readonly rule: RegExp;
  /** The construct's path. */
  readonly path: RegExp;
  /** Why a security reviewer can accept it. */
  readonly reason: string;
}

const PACKS = [nag.AwsSolutionsChecks, nag.NIST80053R4Checks, nag.NIST80053R5Checks];

/** Runs the AwsSolutions and NIST 800-53 packs. Fails on findings that are not accepted, and on unused acceptances. */
export function expectNagClean(app: App, acceptances: Acceptance[]): void {
  const unused = new Set(acceptances);
  const refused = nagFindings(app).filter(({ rule, path }) => {
    const accepted = acceptances.find((each) => each.rule.test(rule) && each.path.test(path));
    if (accepted) unused.delete(accepted);
    return !accepted;
  });
  expect(refused.map(({ rule, path }) => `${path}: ${rule}`)).toEqual([]);
  expect([...unused].map(({ rule, path }) => `${path}: ${rule}`)).toEqual([]);
}

interface Finding {
  readonly rule: string;
  readonly path: string;
}

/** cdk-nag 3 returns a report on a construct tree. cdk-nag 2 adds messages to the tree during synthesis. */
function nagFindings(app: App): Finding[] {
  if ('validateScope' in nag.AwsSolutionsChecks.prototype) {
    app.synth();
    return PACKS.flatMap((Pack) => {
      const { violations } = (new Pack() as any).validateScope(app as IConstruct);
      return violations.flatMap((violation: any) =>
        violation.violatingResources.map((resource: any) => ({
          rule: violation.ruleName,
          path: resource.constructPath ?? resource.resourceLogicalId,
        })),
      );
    });
  }
  for (const Pack of PACKS) Aspects.of(app).add(new Pack());
  return app
    .synth()
    .stacksRecursively.flatMap(({ messages }) =>
      messages
        .filter(({ level }) => level !== 'info')
        .map(({ id, entry }) => ({ rule: String(entry.data).split(': ')[0], path: id.slice(1) })),
    );
}
