/** An element of the page that must exist. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Creates an element with its properties and its content. */
export function create<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...content: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...content);
  return element;
}

export function option(value: string, text = value): HTMLOptionElement {
  return create('option', { value }, text);
}

export function row(...cells: readonly (Node | string)[]): HTMLTableRowElement {
  return create('tr', {}, ...cells.map((cell) => create('td', {}, cell)));
}

/** Adds an entry at the top of a log. */
export function log(list: HTMLElement, text: string): void {
  list.prepend(create('li', {}, text));
}

/** Changes a text only if it differs, so that screen readers announce changes only. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** The values of the fields of a form. */
export function valuesOf(form: HTMLFormElement): Record<string, string> {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)}\u00a0s`;
