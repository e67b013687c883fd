import { z } from 'zod';

const named = z.object({ id: z.string(), name: z.string() });

export const officeView = z.object({
  name: z.string(),
  timezone: z.string().describe('IANA zone of dates and times of the office'),
  services: z.array(named),
  resources: z.array(named).describe('Whoever appointments are made with; empty where that is the office'),
});

export const settingView = z.object({
  key: z.string(),
  group: z.string(),
  value: z.string().nullable().describe('Text in force, secrets hidden; null when unset'),
  origin: z.enum(['default', 'environment']),
  description: z.string(),
});
