import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** Widgets created when the dashboard is rendered, so that they include what was added after the dashboard. */
export class LateWidgets implements cloudwatch.IWidget {
  readonly width = 24;
  private column?: cloudwatch.IWidget;

  constructor(private readonly rows: () => cloudwatch.IWidget[]) {}

  get height(): number {
    return this.content.height;
  }

  position(x: number, y: number): void {
    this.content.position(x, y);
  }

  toJson(): any[] {
    const json = this.content.toJson();
    this.column = undefined; // the next synthesis may have more to show
    return json;
  }

  private get content(): cloudwatch.IWidget {
    this.column ??= new cloudwatch.Column(...this.rows());
    return this.column;
  }
}
