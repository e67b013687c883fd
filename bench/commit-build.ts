import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../src/threads/project-root.js';

/** Another commit of the project, built beside this one. */
export interface CommitBuild {
  /** Root of its tree. */
  readonly root: string;
  readonly commit: string;
  remove(): void;
}

/**
 * Checks a commit out into a folder of its own and builds it there with the packages that are installed here.
 *
 * @param ref - anything that names a commit to git
 * @throws Error in the words of git or the compiler when there is no such commit or it does not build with these packages
 */
export function buildCommit(ref: string): CommitBuild {
  const here = projectRoot();
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', here, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  const commit = git('rev-parse', '--verify', `${ref}^{commit}`);
  const folder = mkdtempSync(join(tmpdir(), 'leibniz-commit-'));
  const root = join(folder, 'tree');
  const remove = (): void => {
    process.off('exit', remove);
    git('worktree', 'remove', '--force', root);
    rmSync(folder, { recursive: true, force: true });
  };
  // A measurement that is stopped by hand takes its tree with it.
  process.once('exit', remove);
  git('worktree', 'add', '--detach', root, commit);
  try {
    symlinkSync(join(here, 'node_modules'), join(root, 'node_modules'));
    const compiler = join(here, 'node_modules', 'typescript', 'bin', 'tsc');
    execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'pipe' });
  } catch (error) {
    remove();
    const { stdout } = error as { readonly stdout?: Buffer };
    throw new Error(
      `${commit.slice(0, 7)} does not build with the packages of this tree: ${String(stdout ?? error)}`,
      {
        cause: error,
      },
    );
  }
  return { root, commit, remove };
}
