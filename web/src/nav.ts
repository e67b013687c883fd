import type { Permission } from '../../src/client/types.js';
import type { IconName } from './ui/icon.js';

/** A page of the navigation. */
export interface NavEntry {
  readonly path: string;
  readonly name: string;
  readonly icon: IconName;
  readonly needs: Permission;
  /** Second key after `g`. */
  readonly key: string;
}

/** Pages by group, in the order in which they are shown. */
export const NAVIGATION: readonly (readonly [group: string, entries: readonly NavEntry[]])[] = [
  [
    'Calls',
    [
      { path: '/', name: 'Overview', icon: 'gauge', needs: 'calls.read', key: 'o' },
      { path: '/live', name: 'Live', icon: 'live', needs: 'live.read', key: 'l' },
      { path: '/calls', name: 'Calls', icon: 'phone', needs: 'calls.read', key: 'c' },
      { path: '/appointments', name: 'Appointments', icon: 'calendar', needs: 'appointments.read', key: 'a' },
      { path: '/callbacks', name: 'Call-backs', icon: 'callback', needs: 'calls.read', key: 'b' },
      { path: '/analytics', name: 'Analytics', icon: 'bars', needs: 'analytics.read', key: 'n' },
      { path: '/jobs', name: 'Jobs', icon: 'jobs', needs: 'jobs.read', key: 'j' },
    ],
  ],
  [
    'Agent',
    [
      { path: '/knowledge', name: 'Knowledge', icon: 'book', needs: 'knowledge.read', key: 'k' },
      { path: '/chat', name: 'Chat', icon: 'chat', needs: 'test.use', key: 'h' },
      { path: '/test', name: 'Test', icon: 'mic', needs: 'test.use', key: 't' },
    ],
  ],
  [
    'System',
    [
      { path: '/system', name: 'System', icon: 'pulse', needs: 'health.read', key: 's' },
      { path: '/settings', name: 'Settings', icon: 'sliders', needs: 'settings.read', key: 'e' },
      { path: '/users', name: 'Users', icon: 'users', needs: 'users.manage', key: 'u' },
      { path: '/audit', name: 'Audit', icon: 'list', needs: 'audit.read', key: 'd' },
    ],
  ],
];

/** All pages of the navigation. */
export const NAV_ENTRIES: readonly NavEntry[] = NAVIGATION.flatMap(([, entries]) => entries);
