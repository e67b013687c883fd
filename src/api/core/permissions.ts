/** Everything that may be allowed, noun before verb. */
export const PERMISSIONS = [
  'chat.use',
  'transcribe.use',
  'recordings.own',
  'materials.read',
  'calls.read',
  'calls.pii',
  'calls.audio',
  'calls.rate',
  'calls.export',
  'calls.delete',
  'live.read',
  'live.listen',
  'live.whisper',
  'live.barge',
  'live.control',
  'appointments.read',
  'appointments.write',
  'jobs.read',
  'jobs.retry',
  'knowledge.read',
  'knowledge.write',
  'prompts.read',
  'prompts.write',
  'prompts.publish',
  'experiments.read',
  'experiments.write',
  'flags.write',
  'analytics.read',
  'reports.create',
  'outbound.write',
  'test.use',
  'health.read',
  'monitoring.read',
  'settings.read',
  'settings.write',
  'users.manage',
  'tokens.manage',
  'audit.read',
] as const;

/** One of {@link PERMISSIONS}. */
export type Permission = (typeof PERMISSIONS)[number];

/** Roles that an account may have; they add up, and everybody is a `user` too. */
export const ROLES = ['viewer', 'supervisor', 'operator', 'admin'] as const;

/** One of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

const USER: readonly Permission[] = ['chat.use', 'transcribe.use', 'recordings.own', 'materials.read'];
const VIEWER: readonly Permission[] = [
  'calls.read',
  'live.read',
  'appointments.read',
  'jobs.read',
  'knowledge.read',
  'analytics.read',
  'health.read',
  'monitoring.read',
];
const TESTS: readonly Permission[] = ['test.use', 'experiments.read', 'prompts.read'];

/** What each role adds. Supervisors work with people, operators with the machine: those hear and see nobody. */
const OF_ROLE: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: VIEWER,
  supervisor: [
    ...VIEWER,
    ...TESTS,
    'calls.pii',
    'calls.audio',
    'calls.rate',
    'calls.export',
    'appointments.write',
    'reports.create',
    'live.listen',
    'live.whisper',
    'live.barge',
    'live.control',
    'outbound.write',
  ],
  operator: [
    ...VIEWER,
    ...TESTS,
    'jobs.retry',
    'knowledge.write',
    'prompts.write',
    'prompts.publish',
    'experiments.write',
    'flags.write',
    'settings.read',
  ],
  admin: PERMISSIONS,
};

/** All permissions. */
export const ALL_PERMISSIONS: ReadonlySet<Permission> = new Set(PERMISSIONS);

/** What the roles of an account allow together; unknown roles allow nothing. */
export function permissionsOf(roles: readonly string[]): ReadonlySet<Permission> {
  const found = roles.flatMap((role) => (isRole(role) ? OF_ROLE[role] : []));
  return new Set([...USER, ...found]);
}

/** Whether a text names a role. */
export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

/** The permissions among some names. */
export function knownPermissions(names: readonly string[]): Permission[] {
  return PERMISSIONS.filter((permission) => names.includes(permission));
}
