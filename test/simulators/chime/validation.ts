import { badRequest, FrontDoorError } from './errors';
import { SHAPES } from './shapes';

/** Throws the service's validation error if a request violates the model. Unknown members are ignored. */
export function validate(shape: string, value: unknown): void {
  const problems: string[] = [];
  check(shape, value, '', problems);
  if (problems.length > 0) {
    const errors = problems.length === 1 ? '1 validation error' : `${problems.length} validation errors`;
    throw badRequest(`${errors} detected: ${problems.join('; ')}`);
  }
}

function check(name: string, value: unknown, path: string, problems: string[]): void {
  const shape = SHAPES[name];
  const problem = (constraint: string) =>
    problems.push(`Value at '${path}' failed to satisfy constraint: Member must ${constraint}`);
  switch (shape.type) {
    case 'boolean':
      expectType(typeof value === 'boolean', path);
      return;
    case 'integer':
      expectType(Number.isInteger(value), path);
      if (shape.min !== undefined && Number(value) < shape.min) {
        problem(`have value greater than or equal to ${shape.min}`);
      }
      if (shape.max !== undefined && Number(value) > shape.max) {
        problem(`have value less than or equal to ${shape.max}`);
      }
      return;
    case 'string': {
      expectType(typeof value === 'string', path);
      const text = value as string;
      checkLength(text.length, shape, problem);
      if (shape.pattern !== undefined && !fullMatch(shape.pattern).test(text)) {
        problem(`satisfy regular expression pattern: ${shape.pattern}`);
      }
      if (shape.enum && !shape.enum.includes(text)) problem(`satisfy enum value set: [${shape.enum.join(', ')}]`);
      return;
    }
    case 'list': {
      expectType(Array.isArray(value), path);
      const items = value as unknown[];
      checkLength(items.length, shape, problem);
      // Nulls leave holes, which forEach would skip.
      [...items].forEach((item, index) => check(shape.member, item, `${path}.${index + 1}.member`, problems));
      return;
    }
    case 'structure': {
      expectType(typeof value === 'object' && value !== null && !Array.isArray(value), path);
      const members = value as Record<string, unknown>;
      for (const [member, target] of Object.entries(shape.members)) {
        const memberPath = `${path}${path && '.'}${member[0].toLowerCase()}${member.slice(1)}`;
        const required = target.endsWith('!');
        if (members[member] !== undefined) {
          check(required ? target.slice(0, -1) : target, members[member], memberPath, problems);
        } else if (required) {
          problems.push(`Value null at '${memberPath}' failed to satisfy constraint: Member must not be null`);
        }
      }
    }
  }
}

function checkLength(
  length: number,
  { min, max }: { min?: number; max?: number },
  problem: (constraint: string) => void,
): void {
  if (min !== undefined && length < min) problem(`have length greater than or equal to ${min}`);
  if (max !== undefined && length > max) problem(`have length less than or equal to ${max}`);
}

function expectType(right: boolean, path: string): void {
  if (!right) throw new FrontDoorError('SerializationException', `Unexpected type of value at '${path}'`);
}

const patterns = new Map<string, RegExp>();

function fullMatch(pattern: string): RegExp {
  let expression = patterns.get(pattern);
  if (!expression) {
    expression = new RegExp(`^(?:${pattern})$`);
    patterns.set(pattern, expression);
  }
  return expression;
}
