import { SHAPES } from './shapes';

/** What breaks the model's constraints in a decoded request. */
export function problemsOf(shapeName: string, value: unknown): string[] {
  const problems: string[] = [];
  check(shapeName, value, '', problems);
  return problems;
}

function check(shapeName: string, value: unknown, path: string, problems: string[]): void {
  const shape = SHAPES[shapeName];
  const problem = (constraint: string) => problems.push(`${path} must ${constraint}`);
  switch (shape.type) {
    case 'integer': {
      const number = value as number;
      if (shape.min !== undefined && number < shape.min) problem(`be at least ${shape.min}`);
      if (shape.max !== undefined && number > shape.max) problem(`be at most ${shape.max}`);
      return;
    }
    case 'string': {
      const text = value as string;
      if (shape.min !== undefined && text.length < shape.min) problem(`have at least ${shape.min} characters`);
      if (shape.max !== undefined && text.length > shape.max) problem(`have at most ${shape.max} characters`);
      if (shape.pattern && !shape.pattern.test(text)) problem(`match ${shape.pattern.source}`);
      if (shape.enum && !shape.enum.includes(text)) problem(`be one of ${shape.enum.join(', ')}`);
      return;
    }
    case 'list':
      (value as unknown[]).forEach((item, index) => check(shape.member, item, `${path}[${index}]`, problems));
      return;
    case 'structure':
    case 'union': {
      const members = value as Record<string, unknown>;
      const given = Object.keys(shape.members).filter((member) => members[member] !== undefined);
      if (shape.type === 'union' && given.length !== 1) problem('have exactly one member');
      for (const [member, target] of Object.entries(shape.members)) {
        const memberPath = path ? `${path}.${member}` : member;
        if (members[member] !== undefined) check(target.replace('!', ''), members[member], memberPath, problems);
        else if (target.endsWith('!')) problems.push(`${memberPath} is required`);
      }
    }
  }
}
