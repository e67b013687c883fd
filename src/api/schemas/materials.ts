import { z } from 'zod';

export const versionView = z.object({
  version: z.number().int(),
  file_path: z.string().describe('Name of the file, or address of the page'),
  kind: z.string(),
  bytes: z.number(),
  chars: z.number(),
  language: z.string().nullable(),
  valid_from: z.string().nullable(),
  valid_until: z.string().nullable(),
  created_at: z.string(),
});

export const materialView = z.object({
  id: z.string(),
  user_id: z.string().nullable(),
  title: z.string(),
  subject: z.string().nullable(),
  file_path: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  source: z.enum(['upload', 'crawl']),
  status: z
    .enum(['ready', 'indexing'])
    .describe('`ready`: it is searched. `indexing`: it will be, by itself'),
  versions: z.array(versionView).describe('Newest first; the newest whose time it is answers'),
});
