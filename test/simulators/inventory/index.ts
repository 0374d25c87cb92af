export * from './bulk';
export * from './differences';
export * from './inventory-folder';
export * from './version';
export * from './version-rows';
