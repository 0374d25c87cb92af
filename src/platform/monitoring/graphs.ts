import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

const WIDTH = 24;
/** More graphs in a row would be too narrow to read. */
const GRAPHS_IN_A_ROW = 4;
const HEIGHT = 6;

export interface GraphOptions {
  readonly title: string;
  readonly metrics?: cloudwatch.IMetric[];
  /** Metrics in the format of the dashboard body, instead of `metrics`. */
  readonly rows?: unknown[][];
  /** Horizontal lines that the metrics should stay below: thresholds or quotas. */
  readonly limits?: { readonly value: number; readonly label: string }[];
  readonly stacked?: boolean;
}

/** A headline, followed by rows of up to four graphs of the same width. */
export function section(markdown: string, graphs: GraphOptions[]): cloudwatch.IWidget[] {
  const inARow = Math.min(GRAPHS_IN_A_ROW, graphs.length);
  const rows: cloudwatch.IWidget[] = [text(markdown, 1)];
  for (let from = 0; from < graphs.length; from += inARow) {
    const widgets = graphs.slice(from, from + inARow).map((options) => graph(options, Math.floor(WIDTH / inARow)));
    rows.push(new cloudwatch.Row(...widgets));
  }
  return rows;
}

export function text(markdown: string, height: number): cloudwatch.IWidget {
  const background = cloudwatch.TextWidgetBackground.TRANSPARENT;
  return new cloudwatch.TextWidget({ markdown, width: WIDTH, height, background });
}

function graph({ title, metrics, rows, limits, stacked }: GraphOptions, width: number): cloudwatch.IWidget {
  const props: cloudwatch.GraphWidgetProps = {
    title,
    left: metrics,
    width,
    height: HEIGHT,
    stacked,
    leftAnnotations: limits?.map((limit) => ({ ...limit, color: cloudwatch.Color.RED })),
    leftYAxis: { min: 0 },
  };
  return rows ? new GraphOfRows(props, rows) : new cloudwatch.GraphWidget(props);
}

class GraphOfRows extends cloudwatch.GraphWidget {
  constructor(
    props: cloudwatch.GraphWidgetProps,
    private readonly rows: unknown[][],
  ) {
    super(props);
  }

  toJson(): any[] {
    return super.toJson().map((json) => ({ ...json, properties: { ...json.properties, metrics: this.rows } }));
  }
}
