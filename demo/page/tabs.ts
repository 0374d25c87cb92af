const KEYS: Record<string, (index: number, count: number) => number> = {
  ArrowRight: (index, count) => (index + 1) % count,
  ArrowLeft: (index, count) => (index + count - 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Tabs with the keys of https://www.w3.org/WAI/ARIA/apg/patterns/tabs/. The fragment of the URL selects a tab. */
export function initTabs(): void {
  const tabs = [...document.querySelectorAll<HTMLButtonElement>('[role=tab]')];
  const panelOf = (tab: HTMLButtonElement) => document.getElementById(tab.getAttribute('aria-controls')!)!;
  const select = (selected: HTMLButtonElement) => {
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', String(tab === selected));
      tab.tabIndex = tab === selected ? 0 : -1;
      panelOf(tab).hidden = tab !== selected;
    }
    history.replaceState(undefined, '', `#${panelOf(selected).id}`);
  };
  for (const tab of tabs) {
    tab.onclick = () => select(tab);
    tab.onkeydown = ({ key }) => {
      const next = KEYS[key]?.(tabs.indexOf(tab), tabs.length);
      if (next === undefined) return;
      select(tabs[next]);
      tabs[next].focus();
    };
  }
  select(tabs.find((tab) => `#${panelOf(tab).id}` === location.hash) ?? tabs[0]);
}
