import { existsSync } from 'node:fs';
import { discardAll, inTemporaryFolder, withTemporaryFolder } from '../../cli/deployment/folder';

describe('a temporary folder', () => {
  test('is deleted after use, also if that fails', async () => {
    const used: string[] = [];
    const use = (folder: string): never => {
      used.push(folder);
      throw new Error('failed');
    };
    expect(() => withTemporaryFolder(use)).toThrow('failed');
    await expect(inTemporaryFolder(async (folder) => use(folder))).rejects.toThrow('failed');
    expect(used.map((folder) => existsSync(folder))).toEqual([false, false]);
  });

  test('is deleted if the process is interrupted', () => {
    withTemporaryFolder((folder) => {
      discardAll();
      expect(existsSync(folder)).toBe(false);
    });
  });
});
