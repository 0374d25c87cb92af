import { initHost } from './host';
import { initStored } from './stored';
import { initTabs } from './tabs';
import { initUser } from './user';

initTabs();
await Promise.all([initUser().then(initHost), initStored()]);
// Tests wait for it.
document.body.dataset.ready = 'yes';
